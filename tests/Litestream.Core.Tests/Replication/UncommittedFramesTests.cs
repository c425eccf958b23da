using System.Buffers.Binary;
using Litestream.Sqlite;

namespace Litestream.Core.Tests.Replication;

/// <summary>Frames in a WAL that look committed and are not: only the wal-index knows.</summary>
public sealed class UncommittedFramesTests
{
    private const string Name = ReplicatedFolder.Name;

    /// <summary>A writer killed between its commit frame and the wal-index leaves a valid commit that the next writer overwrites.</summary>
    [Fact]
    public async Task A_phantom_commit_is_never_captured_and_hides_no_real_one()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        application.Sql("INSERT INTO t (v) VALUES ('real')");
        await ReplicatedFolder.SyncAsync(database);
        var before = database.Snapshot().Txid;
        AppendPhantomCommit(folder.PathOf(Name));
        await ReplicatedFolder.SyncAsync(database);
        Assert.Equal(before, database.Snapshot().Txid);
        application.Sql("INSERT INTO t (v) VALUES ('over the phantom')");
        application.Sql("INSERT INTO t (v) VALUES ('and another')");
        await ReplicatedFolder.SyncAsync(database);
        Assert.DoesNotContain(folder.Store!.Resyncs, r => r.Value > 0);
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task A_phantom_commit_found_at_the_first_look_is_not_captured_either()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        application.Sql("INSERT INTO t (v) VALUES ('real')");
        AppendPhantomCommit(folder.PathOf(Name));
        await folder.BeginAsync(Name);
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task Spilled_pages_of_a_rolled_back_transaction_are_not_captured()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        application.Sql("PRAGMA cache_size=5");
        for (var i = 0; i < 3; i++)
        {
            application.Sql("BEGIN");
            application.Sql("INSERT INTO t (v) SELECT hex(randomblob(1500)) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<60) SELECT i FROM n)");
            await ReplicatedFolder.SyncAsync(database);
            await folder.AssertRestoresEqualAsync(Name);
            application.Sql("ROLLBACK");
            application.Sql($"INSERT INTO t (v) VALUES ('small {i}')");
            await ReplicatedFolder.SyncAsync(database);
        }
        // Spilled twice, then committed: frames are rewritten in place.
        application.Sql("BEGIN");
        application.Sql("INSERT INTO t (v) SELECT hex(randomblob(1500)) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<60) SELECT i FROM n)");
        await ReplicatedFolder.SyncAsync(database);
        application.Sql("UPDATE t SET v = hex(randomblob(1400))");
        await ReplicatedFolder.SyncAsync(database);
        application.Sql("COMMIT");
        await ReplicatedFolder.SyncAsync(database);
        await folder.AssertRestoresEqualAsync(Name);
    }

    /// <summary>Only the next write tells whether such a tail was a commit in the making: the database stays open, and nothing spins.</summary>
    [Fact]
    public async Task A_stale_tail_in_an_idle_wal_does_not_make_the_agent_open_and_close_for_ever()
    {
        await using var folder = new ReplicatedFolder();
        folder.Options = folder.Options with { QuietTime = TimeSpan.FromMilliseconds(100) };
        using var application = folder.NewTenant();
        AppendPhantomCommit(folder.PathOf(Name));
        var database = await folder.BeginAsync(Name);
        var hot = database.State.Hot;
        Assert.NotNull(hot);
        for (var rounds = 0; rounds < 20; rounds++)
        {
            var before = database.Snapshot().Counters.SyncSeconds;
            await ReplicatedFolder.WaitAsync(() => database.Snapshot().Counters.SyncSeconds > before, "another round");
        }
        Assert.Same(hot, database.State.Hot);
        application.Sql("INSERT INTO t (v) VALUES ('over the tail')");
        await ReplicatedFolder.WaitAsync(() => { database.Notice(FileEvent.Sweep); return database.Snapshot() is { IsHot: false, Reason: DatabaseReason.Cold } s && s.ReplicatedTxid == s.Txid; }, "cold again");
        await folder.AssertRestoresEqualAsync(Name);
    }

    /// <summary>Writes what a dying writer would: a commit frame with right salts and checksum behind the last committed one.</summary>
    private static void AppendPhantomCommit(string path)
    {
        using var connection = EngineConnection.Open(path);
        connection.BeginMark();
        var index = connection.WalIndex.Read()!.Value;
        connection.EndTransaction();
        var frame = new byte[WalFrameHeader.SizeBytes + index.PageSize];
        BinaryPrimitives.WriteUInt32BigEndian(frame, 2);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), index.PageCount);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(8), index.Salts.Salt1);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(12), index.Salts.Salt2);
        "PHANTOM"u8.CopyTo(frame.AsSpan(WalFrameHeader.SizeBytes));
        var sum = index.FrameChecksum.Append(frame.AsSpan(0, 8), index.BigEndianChecksum).Append(frame.AsSpan(WalFrameHeader.SizeBytes), index.BigEndianChecksum);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(16), sum.S0);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(20), sum.S1);
        using var wal = File.OpenHandle(DatabaseFiles.WalOf(path), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(wal, frame, WalFrameHeader.OffsetOf(index.MxFrame + 1, index.PageSize));
    }
}
