using System.Buffers.Binary;
using System.Diagnostics;
using Litestream.Core.Tests.Replication;
using Litestream.Ltx;
using Litestream.Restore;
using Litestream.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Core.Tests.Restore;

/// <summary>A read replica keeps up with its replica, whatever became of the files that led there.</summary>
public sealed class FollowerTests : IDisposable
{
    private readonly History _history = RestorerTests.Busy();
    private readonly RestoreTarget _target = new();

    public void Dispose()
    {
        _target.Dispose();
        _history.Dispose();
    }

    [Fact]
    public async Task Each_transaction_arrives_growing_and_shrinking_too()
    {
        await using var follower = Follow(_history.Storage);
        await follower.Reaches(_history);
        string[] life =
        [
            "INSERT INTO t(v) VALUES (randomblob(300000))", "UPDATE t SET v = 'e' WHERE id = 2", "DELETE FROM t WHERE id > 3", "VACUUM",
            "INSERT INTO t(v) VALUES (randomblob(100000))", "CREATE TABLE u(x); INSERT INTO u VALUES (1)",
        ];
        foreach (var sql in life)
        {
            _history.Run(sql);
            await follower.Reaches(_history);
        }
        Assert.Equal(["restored.db", "restored.db-journal", "restored.db-txid", "restored.db.next"], _target.Files);
        Assert.Equal($"{_history.Newest}\n", await File.ReadAllTextAsync(_target.Path + "-txid"));
    }

    [Fact]
    public async Task It_goes_on_after_a_restart_and_catches_up_in_one_commit()
    {
        await using (var follower = Follow(_history.Storage))
            await follower.Reaches(_history);
        _history.Run("UPDATE t SET v = 'f'").Run("INSERT INTO t(v) VALUES (randomblob(50000))").Run("DELETE FROM t WHERE id = 2");
        await using var again = Follow(_history.Storage);
        await again.Reaches(_history);
        Assert.Equal(2, again.Moves.Count); // where it stood, and the newest
    }

    [Theory]
    [InlineData(1, 6)] // a merger that begins before the position
    [InlineData(1, 8)] // one that begins at it
    [InlineData(3, 2)]
    [InlineData(9, 1)] // a snapshot
    public async Task A_gap_is_bridged_by_any_level(int level, int min)
    {
        await using (var follower = Follow(_history.Storage))
            await follower.Reaches(_history); // 7
        _history.Run("UPDATE t SET v = 'f'").Run("INSERT INTO t(v) VALUES (randomblob(50000))").Run("DELETE FROM t WHERE id = 2");
        _history.Publish(level, (ulong)min, 9);
        for (var txid = 2ul; txid <= 9; txid++)
            _history.Delete(0, txid, txid);
        await using var again = Follow(_history.Storage);
        await again.Reaches(_history);
    }

    [Fact]
    public async Task Over_a_true_gap_it_waits_and_goes_on_when_a_snapshot_comes()
    {
        await using var follower = Follow(_history.Storage);
        await follower.Reaches(_history);
        _history.Run("UPDATE t SET v = 'f'");
        await follower.Reaches(_history);
        var stood = _history.Newest.Value;
        _history.CaptureHidden("UPDATE t SET v = 'g'").Run("UPDATE t SET v = 'h'");
        await follower.Looks();
        Assert.Equal(stood, follower.Moves[^1].Value);
        _history.Publish(9, 1, _history.Newest.Value);
        await follower.Reaches(_history);
    }

    [Fact]
    public async Task A_damaged_file_is_never_shown()
    {
        await using var follower = Follow(_history.Storage);
        await follower.Reaches(_history);
        var stood = _history.Newest;
        _history.CaptureHidden("UPDATE t SET v = 'bad'", Damage);
        await follower.Looks();
        Assert.Equal(stood, follower.Moves[^1]);
        _history.Publish(1, 8, 8);
        File.Delete(_history.PathOf(0, 8, 8));
        _history.Run("UPDATE t SET v = 'good'");
        await follower.Reaches(_history);
    }

    [Fact]
    public async Task Another_replica_in_the_same_place_is_taken_over_whole()
    {
        var root = Path.GetDirectoryName(_history.ReplicaFolder)!;
        await using var follower = Follow(_history.Storage);
        await follower.Reaches(_history);
        using var other = new History().Run("INSERT INTO t(v) VALUES ('other')").Run("UPDATE t SET v = 'more'");
        Directory.Delete(_history.ReplicaFolder, recursive: true);
        Directory.Move(other.ReplicaFolder, Path.Combine(root, "ltx"));
        await follower.Reaches(other);
    }

    [Fact]
    public async Task A_file_that_is_no_read_replica_is_left_alone()
    {
        await RestoreTarget.Restore(_history.Storage, _target.Options);
        var before = _target.Bytes;
        await using var follower = Follow(_history.Storage);
        var error = await Assert.ThrowsAsync<LitestreamException>(() => follower.Run);
        Assert.Contains("no read replica", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, _target.Bytes);
    }

    [Fact]
    public async Task A_reader_that_does_not_end_delays_only_the_replica()
    {
        await using var follower = Follow(_history.Storage);
        await follower.Reaches(_history);
        using var reader = new Application(_target.Path);
        reader.Sql("BEGIN");
        var seen = reader.Sql("SELECT count(*) FROM t");
        _history.Run("INSERT INTO t(v) VALUES (1)");
        await follower.Looks();
        Assert.Equal(seen, reader.Sql("SELECT count(*) FROM t"));
        reader.Sql("COMMIT");
        await follower.Reaches(_history);
    }

    [Fact]
    public async Task Another_replica_with_the_same_numbers_and_no_sums_is_taken_over_whole()
    {
        using var ours = new History(withProofs: false).Run("INSERT INTO t(v) VALUES (randomblob(50000))").Run("UPDATE t SET v = 'ours'");
        using var other = new History(withProofs: false).Run("INSERT INTO t(v) VALUES (randomblob(90000))").Run("UPDATE t SET v = 'other'");
        await using var follower = Follow(ours.Storage);
        await follower.Reaches(ours);
        foreach (var path in Directory.GetFiles(other.ReplicaFolder, "*.ltx", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(path, History.Start.AddDays(1).UtcDateTime);
            File.Copy(path, Path.Join(ours.ReplicaFolder, Path.GetRelativePath(other.ReplicaFolder, path)), overwrite: true);
        }
        await follower.Looks();
        other.Run("UPDATE t SET v = 'more'");
        File.Copy(other.PathOf(0, 4, 4), ours.PathOf(0, 4, 4));
        await follower.Reaches(other);
    }

    [Fact]
    public async Task A_file_without_sums_behind_ours_is_not_taken_for_the_next()
    {
        using var other = new History(withProofs: false).Run("INSERT INTO t(v) VALUES (randomblob(90000))");
        while (other.Newest < _history.Newest.Next)
            other.Run($"UPDATE t SET v = 'other {other.Newest}'");
        await using var follower = Follow(_history.Storage);
        await follower.Reaches(_history);
        Directory.Delete(_history.ReplicaFolder, recursive: true);
        Directory.Move(other.ReplicaFolder, _history.ReplicaFolder);
        await follower.Reaches(other);
    }

    [Fact]
    public async Task A_second_follower_of_the_same_file_is_refused()
    {
        await using var follower = Follow(_history.Storage);
        await follower.Reaches(_history);
        await follower.Looks(); // it has opened what it holds
        await using var second = Follow(_history.Storage);
        var error = await Assert.ThrowsAsync<LitestreamException>(() => second.Run);
        Assert.Contains("another litestream restore -f keeps it current", error.Message, StringComparison.Ordinal);
        _history.Run("UPDATE t SET v = 'f'");
        await follower.Reaches(_history);
    }

    private static void Damage(string path)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[^3] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private Following Follow(IReplicaStorage storage) => new(storage, _target);

    /// <summary>A follower that runs, and what it told.</summary>
    private sealed class Following : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly RestoreTarget _target;
        private readonly List<Txid> _moves = [];
        private int _looks;

        public Following(IReplicaStorage storage, RestoreTarget target)
        {
            _target = target;
            var watched = new MeddlingStorage(storage, atRead: -1, () => { }, () => Interlocked.Increment(ref _looks));
            var options = new FollowOptions { OutputPath = target.Path, Interval = TimeSpan.FromMilliseconds(20) };
            var follower = new Follower(watched, options, TimeProvider.System, NullLogger.Instance);
            Run = Task.Run(() => follower.RunAsync(Note, null, _stop.Token));
        }

        public Task Run { get; }

        public List<Txid> Moves
        {
            get
            {
                lock (_moves)
                    return [.. _moves];
            }
        }

        /// <summary>The newest state of a history, byte by byte but for what makes it a read replica.</summary>
        public async Task Reaches(History history)
        {
            await Until(() => Moves is [.., var last] && last == history.Newest, $"it stands at {history.Newest}");
            var expected = history.StateAt(history.Newest.Value).ToArray();
            expected[18] = expected[19] = 1;
            BinaryPrimitives.WriteUInt32BigEndian(expected.AsSpan(24), (uint)history.Newest.Value);
            BinaryPrimitives.WriteUInt32BigEndian(expected.AsSpan(92), ~(uint)history.Newest.Value);
            Assert.True(_target.Bytes.AsSpan().SequenceEqual(expected), $"other bytes at {history.Newest}");
        }

        /// <summary>It has looked at the replica from now on, and drawn its conclusions.</summary>
        public Task Looks()
        {
            var before = Volatile.Read(ref _looks);
            return Until(() => Volatile.Read(ref _looks) > before + 20, "it looks at the replica");
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            try
            {
                await Run;
            }
            catch (Exception e) when (e is OperationCanceledException or LitestreamException)
            {
            }
            _stop.Dispose();
        }

        private void Note(Txid txid)
        {
            lock (_moves)
                _moves.Add(txid);
        }

        private async Task Until(Func<bool> condition, string what)
        {
            var begun = Stopwatch.GetTimestamp();
            while (!condition())
            {
                if (Run.IsFaulted)
                    await Run;
                Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(30), $"after 30 s it was still not so: {what}; it stood at {string.Join(", ", Moves)}");
                await Task.Delay(5);
            }
        }
    }
}
