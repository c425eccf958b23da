using Litestream.Core.Tests.Storage;
using Litestream.Restore;
using Litestream.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Core.Tests.Restore;

/// <summary>A restore that was cut short is gone on with, whatever happened to what it left.</summary>
public sealed class CutRestoreTests : IDisposable
{
    private const int ReadsBeforeTheCut = 25;

    /// <summary>Of what the first cut left to read.</summary>
    private const int ReadsBeforeTheSecondCut = 10;

    // 40 MB that do not compress in the image: some forty ranges; and later files over it.
    private readonly History _history = new History()
        .Run("INSERT INTO t SELECT value, randomblob(1000000) FROM (WITH RECURSIVE s(value) AS (SELECT 1 UNION ALL SELECT value+1 FROM s LIMIT 40) SELECT * FROM s)")
        .Publish(9, 1, 2)
        .Run("UPDATE t SET v = randomblob(1000000) WHERE id IN (3, 30)");

    private readonly RestoreTarget _target = new();

    [Fact]
    public async Task The_next_restore_reads_only_what_is_missing()
    {
        await CutAsync();
        Assert.Equal(["restored.db.part", "restored.db.part-done"], _target.Files);
        var result = await RestoreTarget.Restore(_history.Storage, _target.Options);
        AssertRestored(result);
        Assert.InRange(result.BytesResumed, 8_000_000, 35_000_000);
        Assert.InRange(result.BytesRead, 1, result.SizeBytes - result.BytesResumed + 2_000_000);
    }

    [Fact]
    public async Task What_was_committed_meanwhile_is_in_it()
    {
        await CutAsync();
        _history.Run("UPDATE t SET v = 'new' WHERE id IN (7, 35)").Run("INSERT INTO t(v) VALUES (randomblob(5000000))").Run("DELETE FROM t WHERE id > 20; VACUUM");
        var result = await RestoreTarget.Restore(_history.Storage, _target.Options);
        AssertRestored(result);
        Assert.True(result.BytesResumed > 0);
    }

    /// <summary>A tenant that moves: while nobody can write only what is new is read, be the database as large as it may.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_this_process_fetched_before_is_not_looked_at_again_unless_somebody_touched_it(bool isTouched)
    {
        var options = _target.Options with { Seeded = new() };
        Task SeedAsync() => Assert.ThrowsAsync<SeededException>(() => RestoreTarget.Restore(_history.Storage, options with { IsSeed = true }));
        await SeedAsync();
        _history.Run("UPDATE t SET v = 'new' WHERE id IN (7, 35)");
        await SeedAsync();
        // A look could tell nothing now.
        await File.WriteAllBytesAsync(_target.Path + ".part-done", []);
        if (isTouched)
        {
            await using var part = File.OpenWrite(_target.Path + ".part");
            part.Position = 20_000_000;
            part.Write(new byte[5000]);
        }
        _history.Run("UPDATE t SET v = 'newer' WHERE id IN (7, 12)");
        var result = await RestoreTarget.Restore(_history.Storage, options);
        AssertRestored(result);
        Assert.InRange(result.SizeBytes - result.BytesResumed, isTouched ? result.SizeBytes : 1, isTouched ? result.SizeBytes : 2_000_000);
    }

    [Fact]
    public async Task A_cut_may_follow_a_cut()
    {
        await CutAsync();
        await CutAsync(ReadsBeforeTheSecondCut);
        AssertRestored(await RestoreTarget.Restore(_history.Storage, _target.Options));
    }

    [Fact]
    public async Task Pages_that_a_crash_took_back_are_read_again()
    {
        await CutAsync();
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        await using (var part = File.OpenWrite(_target.Path + ".part"))
        {
            for (var i = 0; i < 20; i++)
            {
                part.Position = random.NextInt64(part.Length);
                part.Write(new byte[5000]);
            }
        }
        var result = await RestoreTarget.Restore(_history.Storage, _target.Options);
        Assert.True(_target.Bytes.AsSpan().SequenceEqual(_history.StateAt(_history.Newest.Value)), $"seed {seed}");
        Assert.Equal(ProofKind.Sum, result.Proof);
    }

    [Fact]
    public async Task A_torn_journal_is_read_as_far_as_it_goes()
    {
        await CutAsync();
        var path = _target.Path + ".part-done";
        await using (var journal = File.OpenWrite(path))
            journal.SetLength(journal.Length - 11);
        await CutAsync(ReadsBeforeTheSecondCut); // writes behind the torn record
        var result = await RestoreTarget.Restore(_history.Storage, _target.Options);
        AssertRestored(result);
        Assert.True(result.BytesResumed > 8_000_000);
    }

    [Fact]
    public async Task A_journal_of_rubbish_costs_nothing_but_the_reading()
    {
        await CutAsync();
        var rubbish = new byte[100_000];
        new Random(1).NextBytes(rubbish);
        await File.WriteAllBytesAsync(_target.Path + ".part-done", rubbish);
        var result = await RestoreTarget.Restore(_history.Storage, _target.Options);
        AssertRestored(result);
        Assert.Equal(0, result.BytesResumed);
    }

    [Fact]
    public async Task The_part_of_another_replica_is_not_taken()
    {
        await CutAsync();
        using var other = new History().Run("INSERT INTO t(v) VALUES (zeroblob(20000000))");
        var result = await RestoreTarget.Restore(other.Storage, _target.Options);
        Assert.Equal(0, result.BytesResumed);
        Assert.True(_target.Bytes.AsSpan().SequenceEqual(other.StateAt(other.Newest.Value)));
    }

    [Fact]
    public async Task A_smaller_database_than_the_part_is_cut_to_its_size()
    {
        await CutAsync();
        var result = await RestoreTarget.Restore(_history.Storage, _target.Options with { Txid = new(1) });
        Assert.Equal(_history.StateAt(1), _target.Bytes);
        Assert.Equal(["restored.db"], _target.Files);
        Assert.Equal(result.SizeBytes, _target.Bytes.Length);
    }

    [Fact]
    public async Task Two_restores_to_one_place_do_not_mix()
    {
        LitestreamException? refused = null;
        var storage = new MeddlingStorage(_history.Storage, ReadsBeforeTheCut, () =>
            refused = Assert.Throws<LitestreamException>(() => RestoreTarget.Restore(_history.Storage, _target.Options).GetAwaiter().GetResult()));
        AssertRestored(await RestoreTarget.Restore(storage, _target.Options));
        Assert.Contains("another restore is writing", refused!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_that_is_a_link_is_not_followed()
    {
        using var elsewhere = new ScratchFolder();
        await File.WriteAllTextAsync(elsewhere["precious"], "precious");
        File.CreateSymbolicLink(_target.Path + ".part", elsewhere["precious"]);
        await Assert.ThrowsAsync<LitestreamException>(() => RestoreTarget.Restore(_history.Storage, _target.Options));
        Assert.Equal("precious", await File.ReadAllTextAsync(elsewhere["precious"]));
    }

    public void Dispose()
    {
        _target.Dispose();
        _history.Dispose();
    }

    private async Task CutAsync(int reads = ReadsBeforeTheCut)
    {
        var storage = new MeddlingStorage(_history.Storage, reads, () => throw new StorageException("read: connection reset", StorageFault.Transient));
        var restorer = new Restorer(storage, TimeProvider.System, NullLogger.Instance);
        await Assert.ThrowsAsync<StorageException>(() => restorer.RunAsync(_target.Options with { Parallelism = 2 }, null, default));
    }

    private void AssertRestored(RestoreResult result)
    {
        Assert.True(_target.Bytes.AsSpan().SequenceEqual(_history.StateAt(_history.Newest.Value)), "other bytes");
        Assert.Equal((_history.Newest, ProofKind.Sum), (result.Txid, result.Proof));
        Assert.Equal(["restored.db"], _target.Files);
    }
}
