using System.Collections.Concurrent;
using Litestream.Core.Tests.Replication;
using Litestream.InPlace;
using Litestream.Ltx;
using Litestream.Replication;

namespace Litestream.Core.Tests.InPlace;

public sealed class InPlaceRestoreTests
{
    private const string Name = Generations.Name;

    [Fact]
    public async Task Readers_see_the_old_or_the_new_state_and_it_can_be_undone_and_redone()
    {
        await using var tenant = new Generations();
        var first = await tenant.BeginAsync(1);
        await tenant.BeginAsync(2);
        using var reader = new Application(tenant.Path);
        using var ended = new CancellationTokenSource();
        var seen = new ConcurrentQueue<string>();
        var reading = Task.Factory.StartNew(() =>
        {
            while (!ended.IsCancellationRequested)
            {
                if (Generations.Seen(reader) is var now && seen.LastOrDefault() != now)
                    seen.Enqueue(now);
            }
        }, TaskCreationOptions.LongRunning);
        Task SeenAsync(int states) => ReplicatedFolder.WaitAsync(() => seen.Count >= states, $"{states} states were seen, not only {string.Join(", ", seen)}");
        await SeenAsync(1);

        var restored = await tenant.RestoreAsync(first);
        Assert.Equal("1", tenant.Seen());
        await tenant.AssertSoundAsync();
        await SeenAsync(2);
        tenant.Application.Sql("INSERT INTO t (v) VALUES ('written since')");
        var undone = await tenant.Database.UndoRestoreAsync(new(), null, default);
        Assert.Equal("2", tenant.Seen());
        await tenant.AssertSoundAsync();
        await SeenAsync(3);
        var redone = await tenant.Database.UndoRestoreAsync(new(), null, default);
        await SeenAsync(4);
        await ended.CancelAsync();
        await reading;

        Assert.Equal(["2", "1", "2", "1"], seen);
        Assert.Equal(["1"], tenant.Application.Sql("SELECT count(*) FROM t WHERE v = 'written since'"));
        Assert.Equal((first, restored.Before, undone.Before), (restored.Txid, undone.Txid, redone.Txid));
        Assert.True(first < restored.Before && restored.Before < restored.After && restored.After <= undone.Before && undone.After <= redone.Before);
        await tenant.AssertSoundAsync();
    }

    [Fact]
    public async Task The_chain_goes_on_with_the_pages_that_differ()
    {
        await using var tenant = new Generations();
        var first = await tenant.BeginAsync(1);
        tenant.Application.Sql("UPDATE g SET filler = 'another' WHERE id = 150");
        await ReplicatedFolder.SyncAsync(tenant.Database);
        var images = (await tenant.Folder.ListAllAsync(Name)).Count(f => f.IsImage);

        var restored = await tenant.RestoreAsync(first);

        var change = Assert.Single(await tenant.Folder.ListAsync(Name, 0), f => f.MaxTxid == restored.After);
        var pages = await tenant.Folder.PagesOfAsync(Name, change);
        Assert.InRange(pages.Count, 1, 4);
        Assert.True(tenant.Database.Snapshot().SizeBytes / 4096 > 50);
        Assert.Equal(images, (await tenant.Folder.ListAllAsync(Name)).Count(f => f.IsImage));
        Assert.Equal(restored.Before.Next, restored.After);
        Assert.Empty(tenant.Folder.Store!.Resyncs);
        await tenant.AssertSoundAsync();
    }

    /// <summary>Every commit an application was told of is in the state that was kept, or came after the restore.</summary>
    [Fact]
    public async Task Nothing_that_was_committed_while_it_was_prepared_is_lost()
    {
        await using var tenant = new Generations();
        var first = await tenant.BeginAsync(1);
        using var writer = new Application(tenant.Path);
        writer.Sql("PRAGMA busy_timeout=20000");
        using var ended = new CancellationTokenSource();
        var writing = Task.Run(() =>
        {
            var told = 0;
            while (!ended.IsCancellationRequested)
                writer.Sql($"INSERT INTO t (v) VALUES ('commit {++told}')");
            return told;
        });
        await ReplicatedFolder.WaitAsync(() => tenant.Application.Sql("SELECT count(*) FROM t WHERE v LIKE 'commit %'") is not ["0"], "the writer writes");

        var restored = await tenant.RestoreAsync(first);
        await ReplicatedFolder.WaitAsync(() => tenant.Application.Sql("SELECT count(*) FROM t WHERE v LIKE 'commit %'") is not ["0"], "the writer goes on");
        await ended.CancelAsync();
        var told = await writing;

        await ReplicatedFolder.SyncAsync(tenant.Database);
        var before = await tenant.Folder.RestoreAsync(Name, restored.Before);
        var kept = int.Parse(ReplicatedFolder.Scalar(before, "SELECT count(*) FROM t WHERE v LIKE 'commit %'")!);
        var since = int.Parse(tenant.Application.Sql("SELECT count(*) FROM t WHERE v LIKE 'commit %'").Single());
        Assert.Equal(told, kept + since);
        Assert.Equal([$"commit {kept + 1}"], tenant.Application.Sql("SELECT v FROM t WHERE v LIKE 'commit %' ORDER BY id LIMIT 1"));
        await tenant.AssertSoundAsync();
    }

    [Fact]
    public async Task A_reader_that_does_not_end_keeps_its_state_and_is_not_waited_for()
    {
        await using var tenant = new Generations();
        var first = await tenant.BeginAsync(1);
        await tenant.BeginAsync(2);
        using var reader = new Application(tenant.Path);
        reader.Sql("BEGIN");
        Assert.Equal("2", Generations.Seen(reader));

        await tenant.RestoreAsync(first, new() { FailsIfBusy = true });

        Assert.Equal("2", Generations.Seen(reader));
        Assert.Equal("1", tenant.Seen());
        reader.Sql("COMMIT");
        Assert.Equal("1", Generations.Seen(reader));
        await tenant.AssertSoundAsync();
    }

    [Fact]
    public async Task A_writer_that_does_not_end_is_refused_or_waited_for()
    {
        await using var tenant = new Generations();
        var first = await tenant.BeginAsync(1);
        await tenant.BeginAsync(2);
        using var writer = new Application(tenant.Path);
        writer.Sql("BEGIN IMMEDIATE");
        writer.Sql("INSERT INTO t (v) VALUES ('in the last moment')");

        Assert.Equal(InPlaceFault.Busy, await tenant.FaultOfAsync(() => tenant.RestoreAsync(first, new() { FailsIfBusy = true })));
        Assert.Equal("2", tenant.Seen());
        Assert.Empty(tenant.Database.Snapshot().Kept);
        var waits = tenant.RestoreAsync(first);
        Assert.Equal(InPlaceFault.AlreadyRunning, await tenant.FaultOfAsync(() => tenant.RestoreAsync(first)));
        writer.Sql("COMMIT");
        var restored = await waits;

        Assert.Equal("1", tenant.Seen());
        Assert.Equal("1", ReplicatedFolder.Scalar(await tenant.Folder.RestoreAsync(Name, restored.Before), "SELECT count(*) FROM t WHERE v = 'in the last moment'"));
        await tenant.AssertSoundAsync();
    }

    [Fact]
    public async Task Without_its_replica_nothing_is_touched()
    {
        await using var tenant = new Generations();
        var first = await tenant.BeginAsync(1);
        await tenant.BeginAsync(2);
        tenant.Application.Sql("INSERT INTO t (v) VALUES ('not in the replica')");
        var blocked = new BlockedFolder(tenant.Folder.LevelOf(Name, "0"));
        using var stop = new CancellationTokenSource();
        var restoring = tenant.RestoreAsync(first, stop: stop.Token);
        await ReplicatedFolder.WaitAsync(() => tenant.Database.Snapshot().Reason == DatabaseReason.ReplicaUnavailable, "the replica is away");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => restoring);
        blocked.Unblock();

        Assert.Equal("2", tenant.Seen());
        Assert.Equal(["1"], tenant.Application.Sql("SELECT count(*) FROM t WHERE v = 'not in the replica'"));
        Assert.Empty(tenant.Database.Snapshot().Kept);
    }

    [Fact]
    public async Task What_is_stopped_is_not_restored()
    {
        await using var tenant = new Generations();
        var first = await tenant.BeginAsync(1);
        await tenant.Database.StopAsync(default);
        Assert.Equal(InPlaceFault.NotReplicated, await tenant.FaultOfAsync(() => tenant.RestoreAsync(first)));
    }

    [Fact]
    public async Task There_is_nothing_to_undo_before_a_restore()
    {
        await using var tenant = new Generations();
        await tenant.BeginAsync(1);
        Assert.Equal(InPlaceFault.NothingToUndo, await tenant.FaultOfAsync(() => tenant.Database.UndoRestoreAsync(new(), null, default)));
    }

    [Fact]
    public async Task Cancelled_while_pages_are_copied_it_leaves_the_old_state()
    {
        await using var tenant = new Generations();
        var first = await tenant.BeginAsync(1);
        await tenant.BeginAsync(2);
        using var stop = new CancellationTokenSource();
        var progress = new Steps(p =>
        {
            if (p is { Step: InPlaceStep.Copying, PagesDone: > 0 })
                stop.Cancel();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tenant.Database.RestoreInPlaceAsync(new() { Txid = first }, progress, stop.Token));

        Assert.Equal("2", tenant.Seen());
        tenant.Application.Sql("INSERT INTO t (v) VALUES ('and goes on')");
        await ReplicatedFolder.SyncAsync(tenant.Database);
        await tenant.AssertSoundAsync();
        await tenant.RestoreAsync(first);
        Assert.Equal("1", tenant.Seen());
    }

    [Fact]
    public async Task A_broken_schema_is_no_hindrance()
    {
        await using var tenant = new Generations();
        var first = await tenant.BeginAsync(1);
        tenant.Application.Sql("PRAGMA writable_schema=ON");
        tenant.Application.Sql("UPDATE sqlite_schema SET sql = 'CREATE TABLE nonsense', rootpage = 99999 WHERE name = 't'");
        await ReplicatedFolder.SyncAsync(tenant.Database);

        await tenant.RestoreAsync(first);

        using var fresh = new Application(tenant.Path);
        Assert.Equal("1", Generations.Seen(fresh));
        Assert.Equal(["ok"], fresh.Sql("PRAGMA integrity_check"));
    }

    [Fact]
    public async Task A_cold_database_whose_program_has_ended_is_restored_too()
    {
        await using var tenant = new Generations();
        var first = await tenant.BeginAsync(1);
        await tenant.BeginAsync(2);
        tenant.Application.Close();
        await ReplicatedFolder.WaitAsync(() => tenant.Database.Snapshot() is { IsHot: false, Reason: DatabaseReason.Cold }, "cold");

        await tenant.RestoreAsync(first);

        await ReplicatedFolder.WaitAsync(() => tenant.Database.Snapshot() is { IsHot: false, Reason: DatabaseReason.Cold }, "cold again");
        Assert.Equal("1", ReplicatedFolder.Scalar(tenant.Path, "SELECT max(generation) FROM g"));
        await tenant.Folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task A_deleted_database_comes_back_under_its_name()
    {
        await using var tenant = new Generations();
        var first = await tenant.BeginAsync(1);
        await tenant.BeginAsync(2);
        tenant.Application.Close();
        foreach (var file in Directory.GetFiles(tenant.Folder.Data))
            File.Delete(file);
        tenant.Database.Notice(FileEvent.Appeared);
        await ReplicatedFolder.WaitAsync(() => tenant.Database.Snapshot().Reason == DatabaseReason.FileMissing, "missing");

        var restored = await tenant.RestoreAsync(first);

        Assert.True(restored.WasAlone);
        Assert.Equal("1", ReplicatedFolder.Scalar(tenant.Path, "SELECT max(generation) FROM g"));
        await tenant.Folder.AssertRestoresEqualAsync(Name);
        await tenant.Database.UndoRestoreAsync(new(), null, default);
        Assert.Equal("2", ReplicatedFolder.Scalar(tenant.Path, "SELECT max(generation) FROM g"));
        await tenant.Folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task What_was_committed_a_moment_before_a_database_was_deleted_is_what_an_undo_goes_back_to()
    {
        await using var tenant = new Generations();
        var first = await tenant.BeginAsync(1);
        await tenant.BeginAsync(2);
        tenant.Application.Sql("INSERT INTO t (v) VALUES ('in the last moment')");
        foreach (var file in Directory.GetFiles(tenant.Folder.Data))
            File.Delete(file);

        // Its program has the deleted file open, and so have we.
        await ReplicatedFolder.WaitAsync(() => !File.Exists(tenant.Path), "gone");
        var restored = await RetryAsync(() => tenant.RestoreAsync(first));

        Assert.Equal("1", ReplicatedFolder.Scalar(tenant.Path, "SELECT max(generation) FROM g"));
        Assert.Equal("1", ReplicatedFolder.Scalar(await tenant.Folder.RestoreAsync(Name, restored.Before), "SELECT count(*) FROM t WHERE v = 'in the last moment'"));
    }

    [Fact]
    public async Task A_deleted_database_that_is_stopped_stays_deleted()
    {
        await using var tenant = new Generations();
        var first = await tenant.BeginAsync(1);
        await tenant.Database.StopAsync(default);
        tenant.Application.Close();
        foreach (var file in Directory.GetFiles(tenant.Folder.Data))
            File.Delete(file);

        Assert.Equal(InPlaceFault.NotReplicated, await tenant.FaultOfAsync(() => tenant.RestoreAsync(first)));

        Assert.False(File.Exists(tenant.Path));
        Assert.Empty(tenant.Database.Snapshot().Kept);
    }

    [Fact]
    public async Task What_cannot_be_cleared_away_afterwards_does_not_hide_that_it_happened()
    {
        await using var tenant = new Generations();
        var first = await tenant.BeginAsync(1);
        await tenant.BeginAsync(2);
        var aside = Path.Combine(tenant.Folder.State, "scratch", "in-place", Name);
        var restored = await tenant.Database.RestoreInPlaceAsync(new() { Txid = first }, new Steps(p =>
        {
            if (p.Step == InPlaceStep.Publishing)
                Directory.Delete(aside, recursive: true);
        }), default);
        Assert.Equal(first, restored.Txid);
        Assert.Equal("1", tenant.Seen());
        await tenant.AssertSoundAsync();
    }

    [Fact]
    public async Task Who_asked_for_it_stays_with_what_is_kept()
    {
        await using var tenant = new Generations();
        var first = await tenant.BeginAsync(1);
        await tenant.BeginAsync(2);
        await tenant.RestoreAsync(first, new() { RequestId = "request-7" });
        Assert.Equal(("request-7", Label.RestoredInPlace), (Assert.Single(tenant.Database.Snapshot().Kept).RequestId, tenant.Database.Snapshot().Kept[0].Reason));
        await tenant.RestartAsync();
        Assert.Equal("request-7", Assert.Single(tenant.Database.Snapshot().Kept).RequestId);
        await Assert.ThrowsAsync<LitestreamException>(() => tenant.RestoreAsync(first, new() { RequestId = "a word:of two" }));
    }

    [Fact]
    public async Task What_it_replaced_is_visible_and_known_after_a_restart()
    {
        await using var tenant = new Generations();
        var first = await tenant.BeginAsync(1);
        var second = await tenant.BeginAsync(2);
        var restored = await tenant.RestoreAsync(first);
        var kept = Assert.Single(tenant.Database.Snapshot().Kept);
        Assert.Equal((restored.Before, Label.RestoredInPlace, true, restored.UndoUntil), (kept.Txid, kept.Reason, kept.IsUndo, kept.Until));
        Assert.Equal(TimeSpan.FromDays(7), kept.Until - kept.At);
        Assert.Equal(second, kept.Txid);

        await tenant.RestartAsync();

        await ReplicatedFolder.SyncAsync(tenant.Database);
        Assert.Equal(kept.Txid, Assert.Single(tenant.Database.Snapshot().Kept).Txid);
        await tenant.Database.UndoRestoreAsync(new(), null, default);
        Assert.Equal("2", tenant.Seen());
        await tenant.AssertSoundAsync();
    }

    [Fact]
    public async Task Progress_is_told_step_by_step()
    {
        await using var tenant = new Generations();
        var first = await tenant.BeginAsync(1);
        var told = new List<InPlaceProgress>();
        await tenant.Database.RestoreInPlaceAsync(new() { Txid = first }, new Steps(told.Add), default);
        Assert.Equal(
            [InPlaceStep.Capturing, InPlaceStep.Fetching, InPlaceStep.Capturing, InPlaceStep.Waiting, InPlaceStep.Copying, InPlaceStep.Publishing],
            told.Select(p => p.Step).Where((step, i) => i == 0 || told[i - 1].Step != step));
        Assert.Equal(100, told.Last(p => p.Step == InPlaceStep.Copying).Percent);
        Assert.True(told.Last(p => p.Step == InPlaceStep.Fetching).BytesRead > 0);
    }

    /// <summary>Its last commits are on their way to the replica for a moment.</summary>
    private static async Task<InPlaceResult> RetryAsync(Func<Task<InPlaceResult>> restore)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await restore();
            }
            catch (InPlaceException e) when (e.Fault == InPlaceFault.NotCaptured && tries < 200)
            {
                await Task.Delay(20);
            }
        }
    }

    private sealed class Steps(Action<InPlaceProgress> told) : IProgress<InPlaceProgress>
    {
        public void Report(InPlaceProgress value) => told(value);
    }
}
