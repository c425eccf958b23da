using System.Net;
using Litestream.Agent.Api;

namespace Litestream.Agent.Tests.Api;

public sealed class CensusTests : IDisposable
{
    private const string Guid = "12345678-1234-5678-9abc-123456789012";

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Only_what_is_replicated_is_held_to_the_lag_limit()
    {
        await using var agent = await RunningAgent.StartAsync(_folder);
        var census = new Census(agent.Host.Stores, TimeSpan.FromSeconds(10), TimeProvider.System);
        (DatabaseStatus, bool InTime, bool Late)[] expected =
        [
            (DatabaseStatus.Active, true, false),
            (DatabaseStatus.Waiting, true, true),
            (DatabaseStatus.Paused, true, true),
            (DatabaseStatus.Error, false, false),
            (DatabaseStatus.SplitBrain, false, false),
            (DatabaseStatus.Lost, false, false),
        ];
        Assert.Equal(expected, Enum.GetValues<DatabaseStatus>().Select(s => (s, census.IsHealthy(With(s, 10)), census.IsHealthy(With(s, 10.1)))));
    }

    [Fact]
    public async Task A_rollback_database_that_is_left_so_is_no_reason_for_503_however_long_it_was_written()
    {
        var limit = TimeSpan.FromMilliseconds(10);
        await using var agent = await RunningAgent.StartAsync(_folder, o => o with { LagLimit = limit, Store = o.Store with { KeepJournalMode = true } });
        using var application = new Application(_folder[$"clients/{Guid}.db"]);
        application.Sql("PRAGMA journal_mode = DELETE");
        application.Sql("CREATE TABLE t (x)");
        await Eventually.Becomes(
            () => agent.Find(Guid)?.Snapshot() is { Status: DatabaseStatus.Waiting, Reason: DatabaseReason.RollbackJournal } s && s.LagSeconds > limit.TotalSeconds,
            "it waits, and is behind");
        // The census answers from its last count for up to a second; the tenant's own address looks now.
        Assert.Equal(HttpStatusCode.OK, (await agent.Http.GetAsync($"api/health/clients/{Guid}")).StatusCode);
        await Eventually.Becomes(() => agent.Http.GetAsync("api/health").Result.StatusCode == HttpStatusCode.OK, "nobody must look");
    }

    private static DatabaseSnapshot With(DatabaseStatus status, double lagSeconds) => new()
    {
        Name = Guid,
        Path = $"/clients/{Guid}.db",
        Replicas = [new() { Url = "file:///replica", Status = status }],
        Status = status,
        Reason = DatabaseReason.None,
        CreatedAt = DateTimeOffset.UnixEpoch,
        LagSeconds = lagSeconds,
    };
}
