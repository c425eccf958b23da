using System.Diagnostics;
using Litestream.Replication;

namespace Litestream.Core.Tests.Replication;

/// <summary>FINDINGS 2: an application under our marks never completes its own checkpoints, so we do it: the WAL stays short and nobody waits for us.</summary>
public sealed class CheckpointTests
{
    private const string Name = ReplicatedFolder.Name;

    [Theory]
    [InlineData("PRAGMA wal_autocheckpoint=0")]
    [InlineData("PRAGMA wal_autocheckpoint=1000")]
    [InlineData("PRAGMA wal_autocheckpoint=10")]
    public async Task The_WAL_stays_short_whatever_the_application_checkpoints_itself(string autocheckpoint)
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        application.Sql(autocheckpoint);
        var database = await folder.BeginAsync(Name);
        using var watcher = new Watcher(database);
        var largest = 0L;
        for (var i = 0; i < 200; i++)
        {
            application.Sql("INSERT INTO t (v) SELECT hex(randomblob(1500)) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<50) SELECT i FROM n)");
            largest = Math.Max(largest, watcher.WalBytes());
            // On a busy machine the agent may get no turn for a second: this is about checkpoints, not about speed.
            var rounds = database.Snapshot().Counters.SyncSeconds;
            if (i % 10 == 9)
                await ReplicatedFolder.WaitAsync(() => database.Snapshot().Counters.SyncSeconds > rounds, "a round");
        }
        await ReplicatedFolder.SyncAsync(database);
        // In all 44 MB were written.
        Assert.True(largest < 20_000_000, $"the WAL grew to {largest} bytes, {database.Snapshot().Counters}");
        Assert.DoesNotContain(folder.Store!.Resyncs, r => r.Value > 0);
        await folder.AssertRestoresEqualAsync(Name);
    }

    /// <summary>As only a round lets the WAL begin anew, one of a second's frames of a fast writer would be long.</summary>
    [Fact]
    public async Task A_fast_writer_is_looked_at_again_before_the_sync_interval_is_over()
    {
        var time = new ManualTime { Epoch = DateTimeOffset.UtcNow };
        await using var folder = new ReplicatedFolder { Time = time };
        using var application = folder.NewTenant();
        var database = await BurstAsync(folder, time, application, TimeSpan.FromSeconds(1));
        await RoundAsync(database, time, application, statements: 1, TimeSpan.FromSeconds(0.7));
        await folder.AssertRestoresEqualAsync(Name);
    }

    /// <summary>A round that is due soon is no reason to go without the last one.</summary>
    [Fact]
    public async Task The_last_commit_behind_a_burst_is_in_the_replica_when_the_store_has_stopped()
    {
        var time = new ManualTime { Epoch = DateTimeOffset.UtcNow };
        await using var folder = new ReplicatedFolder { Time = time };
        using var application = folder.NewTenant();
        await BurstAsync(folder, time, application, TimeSpan.FromMilliseconds(100));
        application.Sql("INSERT INTO t (v) VALUES ('last')");
        await folder.StopAsync();
        await folder.AssertRestoresEqualAsync(Name);
    }

    /// <summary>FINDINGS 2 (c): several unpaced writers leave no gap for somebody who waits politely.</summary>
    [Fact]
    public async Task Two_writers_as_fast_as_they_can_do_not_outrun_the_checkpoints()
    {
        await using var folder = new ReplicatedFolder();
        Run("create", folder.PathOf(Name));
        using var connected = new Application(folder.PathOf(Name));
        var database = await folder.BeginAsync(Name);
        // Written, and captured, it stays open. One that rests is opened by its first write, on a busy machine after a thousand pages more: then its writers make a WAL of their own.
        connected.Sql("PRAGMA user_version=1");
        await ReplicatedFolder.SyncAsync(database);
        using var watcher = new Watcher(database);
        var list = Path.Combine(folder.State, "list");
        File.WriteAllText(list, folder.PathOf(Name));
        var writers = Enumerable.Range(1, 2).Select(id => Task.Factory.StartNew(() => Run("write", "-shared", list, "-id", $"{id}", "-seed", $"{id}", "-seconds", "4", "-mix", "insert=80,update=20"), default, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        var largest = 0L;
        await ReplicatedFolder.WaitAsync(() =>
        {
            largest = Math.Max(largest, watcher.WalBytes());
            return Array.TrueForAll(writers, w => w.IsCompleted);
        }, "the writers");
        await Task.WhenAll(writers);
        await ReplicatedFolder.SyncAsync(database);
        // How far it gets between two rounds is the machine's affair; it must have begun anew.
        var counters = database.Snapshot().Counters;
        Assert.True(largest < counters.WalBytes * 0.95, $"the WAL grew to {largest} bytes of {counters.WalBytes} written: {counters}");
        Assert.True(database.Snapshot().Counters.Checkpoints > 0);
        Assert.DoesNotContain(folder.Store!.Resyncs, r => r.Value > 0);
        await folder.AssertRestoresEqualAsync(Name);
    }

    /// <summary>FINDINGS 2 (d): nothing can be done about a reader that stays, so it is said; and when it goes the WAL shrinks again.</summary>
    [Fact]
    public async Task A_reader_that_pins_the_WAL_is_named_and_when_it_ends_the_WAL_shrinks()
    {
        await using var folder = new ReplicatedFolder();
        folder.Options = folder.Options with { WalCapBytes = 2_000_000 };
        using var application = folder.NewTenant();
        var database = await folder.BeginAsync(Name);
        using var reader = new Application(folder.PathOf(Name));
        reader.Sql("BEGIN");
        Assert.Equal(["1"], reader.Sql("SELECT count(*) FROM t"));
        using var watcher = new Watcher(database);
        for (var i = 0; i < 60; i++)
            application.Sql("INSERT INTO t (v) SELECT hex(randomblob(1500)) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<50) SELECT i FROM n)");
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Detail?.Contains("wal pinned by a reader since", StringComparison.Ordinal) == true, "the reader is named");
        Assert.Equal(DatabaseStatus.Active, database.Snapshot().Status);
        await ReplicatedFolder.SyncAsync(database);
        await folder.AssertRestoresEqualAsync(Name);
        Assert.True(watcher.WalBytes() > 8_000_000);
        Assert.Equal(["1"], reader.Sql("SELECT count(*) FROM t"));
        reader.Sql("COMMIT");
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Detail is null && watcher.WalBytes() < 2_000_000, "shrunk, and no longer named");
        application.Sql("INSERT INTO t (v) VALUES ('after')");
        await ReplicatedFolder.SyncAsync(database);
        Assert.DoesNotContain(folder.Store!.Resyncs, r => r.Value > 0);
        await folder.AssertRestoresEqualAsync(Name);
    }

    /// <summary>Upstream #724: a RESTART that waits for a reader hung the application. Ours waits for nobody, and the application's own gets our mark out of its way.</summary>
    [Theory]
    [InlineData("PASSIVE", 50)]
    [InlineData("FULL", 50)]
    [InlineData("RESTART", 50)]
    [InlineData("TRUNCATE", 50)]
    [InlineData("RESTART", 10_000)]
    [InlineData("TRUNCATE", 10_000)]
    public async Task An_application_that_checkpoints_itself_waits_two_rounds_at_most_and_they_come_for_its_sake(string mode, int intervalMs)
    {
        await using var folder = new ReplicatedFolder();
        folder.Options = folder.Options with { SyncInterval = TimeSpan.FromMilliseconds(intervalMs) };
        using var application = folder.NewTenant();
        using var other = new Application(folder.PathOf(Name));
        var database = await folder.BeginAsync(Name);
        // A write after the first look keeps it open: cold, it would have no mark, and the application might restart the WAL before the agent is there.
        await ReplicatedFolder.WriteAsync(application, database, 1);
        using var watcher = new Watcher(database);
        var longest = TimeSpan.Zero;
        for (var i = 0; i < 5; i++)
        {
            application.Sql($"INSERT INTO t (v) VALUES ('row {i}')");
            other.Sql($"INSERT INTO t (v) VALUES ('of the other {i}')");
            var begun = Stopwatch.GetTimestamp();
            var answer = application.Sql($"PRAGMA wal_checkpoint({mode})")[0];
            longest = Stopwatch.GetElapsedTime(begun) > longest ? Stopwatch.GetElapsedTime(begun) : longest;
            Assert.StartsWith(mode == "PASSIVE" ? "" : "0\t", answer, StringComparison.Ordinal);
        }
        // The application's SQLite sleeps a whole second each time it finds a lock taken, so this counts how often it did: once for either of our marks.
        Assert.True(longest < TimeSpan.FromSeconds(2.9), $"{mode} took {longest.TotalMilliseconds:0} ms");
        await ReplicatedFolder.SyncAsync(database);
        Assert.DoesNotContain(folder.Store!.Resyncs, r => r.Value > 0);
        await folder.AssertRestoresEqualAsync(Name);
    }

    /// <summary>FINDINGS 2 (e), upstream #896/#898, #994/#997: our own work, or a complete WAL that nobody reset, is no reason for another checkpoint.</summary>
    [Fact]
    public async Task A_complete_WAL_is_not_checkpointed_again_and_again()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        application.Sql("PRAGMA wal_autocheckpoint=0");
        var database = await folder.BeginAsync(Name);
        using var watcher = new Watcher(database);
        application.Sql("INSERT INTO t (v) SELECT hex(randomblob(1500)) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<2000) SELECT i FROM n)");
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().Counters is { Checkpoints: > 0, CheckpointErrors: 0 }, "checkpointed");
        var before = database.Snapshot();
        Assert.Equal(1, before.Counters.Checkpoints);
        for (var i = 0; i < 30; i++)
        {
            var seconds = database.Snapshot().Counters.SyncSeconds;
            await ReplicatedFolder.WaitAsync(() => database.Snapshot().Counters.SyncSeconds > seconds, "another round");
        }
        Assert.Equal((1, before.Txid), (database.Snapshot().Counters.Checkpoints, database.Snapshot().Txid));
        application.Sql("INSERT INTO t (v) VALUES ('resets it')");
        await ReplicatedFolder.SyncAsync(database);
        await folder.AssertRestoresEqualAsync(Name);
    }

    private static void Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Litestream.Writer.dll"), .. arguments]) { RedirectStandardOutput = true })!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, said);
    }

    /// <summary>A database of which so much was written within one interval that its next round is due early.</summary>
    private static async Task<Database> BurstAsync(ReplicatedFolder folder, ManualTime time, Application application, TimeSpan interval)
    {
        folder.Options = folder.Options with { SyncInterval = interval };
        var database = await folder.BeginAsync(Name);
        // The look that follows a first copy is over, too.
        await ReplicatedFolder.SyncAsync(database);
        // The scheduler's timer is a millisecond late on purpose.
        await RoundAsync(database, time, application, statements: 120, interval + TimeSpan.FromMilliseconds(10));
        return database;
    }

    /// <summary>Each statement writes 50 pages. When the time has passed, they are captured.</summary>
    private static async Task RoundAsync(Database database, ManualTime time, Application application, int statements, TimeSpan after)
    {
        for (var i = 0; i < statements; i++)
            application.Sql("INSERT INTO t (v) SELECT hex(randomblob(1500)) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<50) SELECT i FROM n)");
        database.Notice(FileEvent.Wal);
        time.Advance(after);
        await ReplicatedFolder.WaitAsync(() => !database.State.IsDirty && database.State.Activity == CaptureActivity.None, $"a round after {statements} statements: {database.Snapshot()}");
    }
}
