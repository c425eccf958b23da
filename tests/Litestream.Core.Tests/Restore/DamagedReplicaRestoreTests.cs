using Litestream.Ltx;

namespace Litestream.Core.Tests.Restore;

/// <summary>Levels hold the same transactions more than once: what one file lost, another may have.</summary>
public sealed class DamagedReplicaRestoreTests : IDisposable
{
    private readonly History _history = RestorerTests.Busy();
    private readonly RestoreTarget _target = new();

    [Fact]
    public async Task A_damaged_file_is_made_good_by_those_it_was_merged_from_and_reported()
    {
        _history.Publish(1, 2, 4).Publish(2, 2, 6);
        foreach (var (level, min, max) in new[] { (2, 2ul, 6ul), (1, 2ul, 4ul) })
            Damage(level, min, max);
        var result = await RestoreTarget.Restore(_history.Storage, _target.Options);
        Assert.Equal(_history.StateAt(_history.Newest.Value), _target.Bytes);
        Assert.Equal(2, result.Damage.Count);
        Assert.Contains(LtxFile.NameOf(new(2), new(6)), result.Damage[0], StringComparison.Ordinal);
        Assert.Contains(LtxFile.NameOf(new(2), new(4)), result.Damage[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_no_other_file_has_it_the_restore_is_refused_with_the_nearest_point()
    {
        Damage(0, 5, 5);
        var error = await _target.Refuses(_history.Storage);
        Assert.Contains(LtxFile.NameOf(new(5), new(5)), error.Message, StringComparison.Ordinal);
        Assert.Contains("nearest point before is 0000000000000004", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_older_state_is_never_given_for_the_one_that_was_asked_for()
    {
        Damage(0, _history.Newest.Value, _history.Newest.Value);
        await _target.Refuses(_history.Storage);
        await _target.Refuses(_history.Storage, _target.Options with { Timestamp = History.Start.AddDays(1) });
    }

    [Fact]
    public async Task Any_file_that_other_levels_cover_may_be_lost_or_damaged()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        _history.Publish(1, 2, 4).Publish(1, 5, 6).Publish(2, 2, 6).Publish(9, 1, 5);
        (int, ulong, ulong)[] spare = [(1, 2, 4), (1, 5, 6), (2, 2, 6), (9, 1, 5), (0, 3, 3), (0, 6, 6)];
        for (var round = 0; round < 20; round++)
        {
            var (level, min, max) = spare[random.Next(spare.Length)];
            var path = _history.PathOf(level, min, max);
            var (bytes, time) = (await File.ReadAllBytesAsync(path), File.GetLastWriteTimeUtc(path));
            if (random.Next(2) == 0)
                File.Delete(path);
            else
                Damage(level, min, max, random.Next(bytes.Length));
            await RestoreTarget.Restore(_history.Storage, _target.Options with { Force = true });
            Assert.True(_target.Bytes.AsSpan().SequenceEqual(_history.StateAt(_history.Newest.Value)), $"seed {seed}, round {round}: level {level}, {min}-{max}");
            await File.WriteAllBytesAsync(path, bytes);
            File.SetLastWriteTimeUtc(path, time);
        }
    }

    public void Dispose()
    {
        _target.Dispose();
        _history.Dispose();
    }

    private void Damage(int level, ulong min, ulong max, int position = 8)
    {
        var path = _history.PathOf(level, min, max);
        var (bytes, time) = (File.ReadAllBytes(path), File.GetLastWriteTimeUtc(path));
        bytes[position] ^= 0xff;
        File.WriteAllBytes(path, bytes);
        File.SetLastWriteTimeUtc(path, time);
    }
}
