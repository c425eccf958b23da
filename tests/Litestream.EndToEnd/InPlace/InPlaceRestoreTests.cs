using System.Collections.Concurrent;
using System.Globalization;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.InPlace;

/// <summary>A database is given back its state of a moment while an application has it open and reads all the time.</summary>
public sealed class InPlaceRestoreTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task A_reader_sees_the_old_or_the_new_state_a_writer_is_refused_or_waited_for_and_it_is_undone()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        using var application = await tenant.OpenAsync();
        var generations = await Generations.CreateAsync(application);
        await generations.BeginAsync(1);
        await agent.SyncAsync(tenant.Id);
        var (noon, atNoon) = (DateTimeOffset.UtcNow, await DigestAsync(tenant));
        await generations.BeginAsync(2);
        await agent.SyncAsync(tenant.Id);

        using var reader = await tenant.OpenAsync();
        using var ended = new CancellationTokenSource();
        var seen = new ConcurrentQueue<string>();
        var reading = ReadAsync(reader, seen, ended.Token);
        using var writer = await tenant.OpenAsync();
        await writer.ExecuteAsync("BEGIN IMMEDIATE");
        await writer.ExecuteAsync("INSERT INTO rows(writer, body, note) VALUES(7, 'x', 'in the last moment')");

        var time = noon.ToString("O", CultureInfo.InvariantCulture);
        (await RestoreAsync("-in-place", "-timestamp", time, "-if-busy", "fail", tenant.Id)).Must(1).MustSay("keeps its old state", "-if-busy wait");
        (await RestoreAsync("-in-place", "-timestamp", time, "-busy-limit", "2", tenant.Path)).Must(1).MustSay("keeps its old state", "2 s");
        Assert.Equal("2", await generations.SeenAsync());
        await IsSoundAsync(tenant);
        var waiting = RestoreAsync("-in-place", "-timestamp", time, "-integrity-check", "full", tenant.Id);
        await Eventually.TrueAsync(() => agent.Said.Contains("is to be restored in place", StringComparison.Ordinal), () => agent.Said);
        await writer.ExecuteAsync("COMMIT");
        (await waiting).MustSucceed().MustSay("kept until", $"restore -undo {tenant.Id}");

        Assert.Equal("1", await generations.SeenAsync());
        Assert.Equal(atNoon, await DigestAsync(tenant));
        await IsSoundAsync(tenant);
        await Eventually.TrueAsync(() => seen.LastOrDefault() == "1", () => "the reader sees the restored state");
        Assert.Equal(0, await NumberAsync(application, "in the last moment"));
        await application.ExecuteAsync("INSERT INTO rows(writer, body, note) VALUES(7, 'x', 'written since')");

        (await RestoreAsync("-undo", tenant.Id)).MustSucceed().MustSay("Went back");
        Assert.Equal("2", await generations.SeenAsync());
        Assert.Equal(1, await NumberAsync(application, "in the last moment"));
        await Eventually.TrueAsync(() => seen.LastOrDefault() == "2", () => "the reader sees it undone");
        await IsSoundAsync(tenant);

        // What was written between the two is not lost, either.
        (await RestoreAsync("-undo", "-json", tenant.Id)).MustSucceed().MustSay("\"undo_until\"");
        Assert.Equal(1, await NumberAsync(application, "written since"));
        await ended.CancelAsync();
        await reading;
        Assert.Equal(["2", "1", "2"], seen.Take(3));
        Assert.All(seen, state => Assert.DoesNotContain("mixed", state));
        await IsSoundAsync(tenant);
        tenant.ChainIsWhole();
        Assert.Equal(1, tenant.Files(1).Concat(tenant.Files(9)).Count(file => file.Min == 1));
        await agent.StopInOrderAsync();
    }

    [Fact]
    public async Task What_cannot_be_meant_is_refused()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        (await RestoreAsync("-in-place", tenant.Id)).Must(2).MustSay("which moment");
        (await RestoreAsync("-in-place", "-txid", "0000000000000002", "-o", "other.db", tenant.Id)).Must(2).MustSay("-o");
        (await RestoreAsync("-undo", "-txid", "0000000000000002", tenant.Id)).Must(2).MustSay("-txid");
        (await RestoreAsync("-undo")).Must(2).MustSay("which database");
        (await RestoreAsync("-in-place", "-txid", "0000000000000002", tenant.ReplicaUrl)).Must(2).MustSay("not a replica");
        (await RestoreAsync("-if-busy", "fail", "-o", "other.db", tenant.ReplicaUrl)).Must(2).MustSay("-in-place");
        (await RestoreAsync("-undo", tenant.Id)).Must(1).MustSay("no agent answers");
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);
        (await RestoreAsync("-undo", tenant.Id)).Must(1).MustSay("no restore in place to undo");
        (await RestoreAsync("-in-place", "-txid", "00000000000000ff", tenant.Id)).Must(1).MustSay("00000000000000ff");
        (await RestoreAsync("-in-place", "-timestamp", "2001-02-03T04:05:06Z", tenant.Id)).Must(1).MustSay("2001-02-03");
        (await RestoreAsync("-undo", "other.db")).Must(1).MustSay("other.db");
    }

    private Task<ProgramResult> RestoreAsync(params string[] words) => PublishedProgram.RunAsync(_sandbox, ["restore", .. words]);

    private async Task<string> DigestAsync(Tenant tenant) => (await WriterProgram.DigestsAsync(_sandbox, tenant.Path))[tenant.Path];

    private async Task IsSoundAsync(Tenant tenant)
    {
        Assert.Equal("ok", (await WriterProgram.ChecksAsync(_sandbox, tenant.Path))[tenant.Path]);
        await tenant.ReplicaEqualsAsync();
    }

    private static Task<long> NumberAsync(Application application, string note) => application.NumberAsync($"SELECT count(*) FROM rows WHERE note = '{note}'");

    private static async Task ReadAsync(Application reader, ConcurrentQueue<string> seen, CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            var now = await Generations.SeenAsync(reader);
            if (seen.LastOrDefault() != now)
                seen.Enqueue(now);
        }
    }
}
