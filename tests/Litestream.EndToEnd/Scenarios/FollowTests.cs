using System.Diagnostics;
using System.Globalization;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Scenarios;

/// <summary>A read replica under readers, while follower, agent and readers are killed. FOLLOW_SECONDS=600 for the long form.</summary>
public sealed class FollowTests : IDisposable
{
    private const int Accounts = 200;

    private const string Invariant =
        "SELECT CASE WHEN (SELECT sum(balance) FROM account) = 200000 AND (SELECT count(*) FROM entry) = (SELECT n FROM counter) THEN 'ok' "
        + "ELSE 'sum ' || (SELECT sum(balance) FROM account) || ', ' || (SELECT count(*) FROM entry) || ' entries of ' || (SELECT n FROM counter) END";

    private readonly Sandbox _sandbox = new();
    private readonly int _seed = Random.Shared.Next();

    // A reader that is left behind takes a core for good.
    private readonly List<ChildProcess> _readers = [];

    public void Dispose()
    {
        _readers.ForEach(r => r.Dispose());
        _sandbox.Dispose();
    }

    [Fact]
    public async Task A_reader_never_sees_a_transaction_by_halves_whoever_is_killed()
    {
        var seconds = int.TryParse(Environment.GetEnvironmentVariable("FOLLOW_SECONDS"), CultureInfo.InvariantCulture, out var given) ? given : 15;
        var random = new Random(_seed);
        var tenant = await _sandbox.CreateTenantAsync();
        using var application = await tenant.OpenAsync();
        await application.ExecuteAsync("CREATE TABLE account(id INTEGER PRIMARY KEY, balance, filler)");
        await application.ExecuteAsync("CREATE TABLE entry(id INTEGER PRIMARY KEY, amount, filler)");
        await application.ExecuteAsync("CREATE TABLE counter AS SELECT 0 AS n");
        await application.ExecuteAsync($"WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < {Accounts}) INSERT INTO account SELECT i, 1000, randomblob(1500) FROM s");

        var agent = await StartAgentAsync();
        await agent.WaitForActiveAsync(tenant.Id);
        var output = _sandbox.NextRestorePath();
        var follower = StartFollower(tenant, output);
        await Eventually.TrueAsync(() => File.Exists(output), () => $"the read replica is there\n{follower.Said}");
        var reader = StartReader(output);

        using var stop = new CancellationTokenSource();
        var writing = WriteAsync(application, new Random(_seed + 1), stop.Token);
        var kills = 0;
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(seconds); kills++)
        {
            await Task.Delay(random.Next(50, 1200)); // the moment of a kill is what is random here; nothing is waited for
            Assert.False(reader.HasExited, $"seed {_seed}: the reader ended: {reader.Said}");
            switch (random.Next(6))
            {
                case 0:
                    await agent.KillAsync();
                    agent = await StartAgentAsync();
                    break;
                case 1:
                    reader.Send(Signal.Kill);
                    reader = StartReader(output);
                    break;
                default:
                    follower.Send(Signal.Kill);
                    await follower.WaitForExitAsync(Eventually.Patience);
                    if (random.Next(3) == 0)
                        await Task.Delay(3000); // longer than level 0 is kept
                    follower = StartFollower(tenant, output);
                    break;
            }
        }

        await stop.CancelAsync();
        var committed = await writing;
        await Eventually.PassesAsync(async () =>
        {
            using var last = await Application.OpenAsync(_sandbox, output);
            Assert.True(committed == await last.NumberAsync("SELECT n FROM counter"), $"seed {_seed}: the last of {committed} transactions arrives\n{follower.Said}\n{agent.Said}");
        }, Eventually.Patience);
        // The newest may have started a moment ago.
        await Eventually.TrueAsync(() => reader.Lines.Contains("reading"), () => $"seed {_seed}: it reads: {reader.Said}");
        reader.Send(Signal.Terminate);
        Assert.True(await reader.WaitForExitAsync(Eventually.Patience) == 0, $"seed {_seed}: {reader.Said}");
        Assert.Matches("reads [1-9][0-9]+", reader.Said);
        follower.Send(Signal.Terminate);
        Assert.Equal(0, await follower.WaitForExitAsync(Eventually.Patience));
        Assert.True(kills > 3 && committed > 50, $"{kills} kills, {committed} transactions: the machine is too slow for this to show anything");
    }

    /// <summary>Transfers between accounts far apart, entries that come and go, now and then a VACUUM. Answers how many entries there are to be.</summary>
    private static async Task<long> WriteAsync(Application application, Random random, CancellationToken stop)
    {
        var entries = 0L;
        for (var i = 1; !stop.IsCancellationRequested; i++)
        {
            var (from, to, amount) = (random.Next(1, Accounts + 1), random.Next(1, Accounts + 1), random.Next(1, 50));
            await application.ExecuteAsync(
                $"BEGIN IMMEDIATE; UPDATE account SET balance = balance - {amount} WHERE id = {from}; UPDATE account SET balance = balance + {amount}, filler = randomblob(1500) WHERE id = {to}; "
                + $"INSERT INTO entry(amount, filler) VALUES ({amount}, randomblob(800)); UPDATE counter SET n = n + 1; COMMIT");
            entries++;
            if (i % 400 == 0)
            {
                await application.ExecuteAsync("BEGIN IMMEDIATE; DELETE FROM entry WHERE id % 2 = 0; UPDATE counter SET n = (SELECT count(*) FROM entry); COMMIT");
                await application.ExecuteAsync("VACUUM");
                entries = await application.NumberAsync("SELECT n FROM counter");
            }
        }
        return entries;
    }

    private Task<RunningAgent> StartAgentAsync() =>
        RunningAgent.StartAsync(_sandbox, "-sync-interval", "50ms", "-level-intervals", "1s,3s,9s", "-l0-retention", "2s");

    private ChildProcess StartFollower(Tenant tenant, string output) => ChildProcess.Start(
        PublishedProgram.Path, ["restore", "-f", "-follow-interval", "50ms", "-o", output, tenant.ReplicaUrl], _sandbox.Root, _sandbox.Environment);

    private ChildProcess StartReader(string path)
    {
        _readers.Add(WriterProgram.Start(_sandbox, "watch", path, "-query", Invariant));
        return _readers[^1];
    }
}
