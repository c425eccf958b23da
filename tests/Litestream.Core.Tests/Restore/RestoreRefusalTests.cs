using Litestream.Core.Tests.Storage;
using Litestream.Ltx;
using Litestream.Restore;
using Litestream.Storage;
using Litestream.Tests.Needs;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Core.Tests.Restore;

/// <summary>What cannot be restored is refused with a reason, and leaves nothing behind.</summary>
public sealed class RestoreRefusalTests
{
    [Fact]
    public async Task An_empty_replica_is_missing()
    {
        using var target = new RestoreTarget();
        var error = await target.Refuses(ReplicaRoot.Parse("/nowhere").Open("databases/x"));
        Assert.True(Assert.IsType<StorageException>(error).IsMissing);
        Assert.Contains("no backup in file:///nowhere/databases/x", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Hint);
    }

    [Fact]
    public async Task A_gap_names_what_is_missing_and_the_nearest_point()
    {
        using var history = RestorerTests.Busy();
        history.Delete(0, 3, 3).Delete(0, 4, 4);
        using var target = new RestoreTarget();
        var error = await target.Refuses(history.Storage);
        Assert.Contains("transactions 0000000000000003 to 0000000000000004 are missing", error.Message, StringComparison.Ordinal);
        Assert.Contains("0000000000000002 of 2026-05-06T07:00:02.000Z", error.Message, StringComparison.Ordinal);
        Assert.Contains("-txid 0000000000000002", error.Hint, StringComparison.Ordinal);
        await target.Restore(history.Storage, 2);
        Assert.Equal(history.StateAt(2), target.Bytes);
    }

    [Fact]
    public async Task A_swapped_page_that_no_file_checksum_sees_is_found_by_the_sum()
    {
        // A file that is whole by itself but does not continue its predecessor: written by somebody else under our name.
        using var history = RestorerTests.Busy();
        using var other = RestorerTests.Busy();
        File.Copy(other.PathOf(0, 4, 4), history.PathOf(0, 4, 4), overwrite: true);
        using var target = new RestoreTarget();
        var error = await target.Refuses(history.Storage);
        Assert.Contains("expected the sum", error.Message, StringComparison.Ordinal);
        Assert.Contains(LtxFile.NameOf(new(4), new(4)), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_byte_in_any_file_is_refused_and_named_or_changes_nothing()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        using var history = RestorerTests.Busy();
        var refused = 0;
        foreach (var path in Directory.GetFiles(history.ReplicaFolder, "*.ltx", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var whole = await File.ReadAllBytesAsync(path);
            for (var i = 0; i < 20; i++)
            {
                var damaged = whole.ToArray();
                var position = random.Next(whole.Length);
                damaged[position] ^= (byte)(1 << random.Next(8));
                await File.WriteAllBytesAsync(path, damaged);
                using var target = new RestoreTarget();
                try
                {
                    await target.Restore(history.Storage);
                    Assert.True(target.Bytes.AsSpan().SequenceEqual(history.StateAt(history.Newest.Value)), $"seed {seed}: {path} byte {position}");
                }
                catch (LitestreamException e)
                {
                    refused++;
                    Assert.Empty(target.Files);
                    Assert.True(e.Message.Contains(Path.GetFileName(path), StringComparison.Ordinal), $"seed {seed}: {path} byte {position}: {e.Message}");
                }
            }
            await File.WriteAllBytesAsync(path, whole);
        }
        Assert.True(refused > 0, $"seed {seed}: nothing was refused");
    }

    [Fact]
    public async Task A_truncated_file_is_refused()
    {
        using var history = RestorerTests.Busy();
        var path = history.PathOf(0, 4, 4);
        var bytes = await File.ReadAllBytesAsync(path);
        foreach (var length in (int[])[0, 50, 100, bytes.Length / 2, bytes.Length - 1])
        {
            await File.WriteAllBytesAsync(path, bytes[..length]);
            using var target = new RestoreTarget();
            var error = await target.Refuses(history.Storage);
            Assert.Contains(Path.GetFileName(path), error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_file_under_a_name_that_is_not_its_own_is_refused()
    {
        using var history = RestorerTests.Busy();
        File.Copy(history.PathOf(0, 4, 4), history.PathOf(0, 5, 5), overwrite: true);
        using var target = new RestoreTarget();
        Assert.Contains("the transactions of its name", (await target.Refuses(history.Storage)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("relative.db")]
    [InlineData("/some/folder/")]
    public async Task An_output_that_is_no_absolute_file_is_refused(string path)
    {
        using var history = new History();
        using var target = new RestoreTarget();
        await target.Refuses(history.Storage, target.Options with { OutputPath = path });
    }

    [Fact]
    public async Task Options_that_exclude_each_other_are_refused()
    {
        using var history = new History();
        using var target = new RestoreTarget();
        await target.Refuses(history.Storage, target.Options with { Txid = new(1), Timestamp = History.Start });
        await target.Refuses(history.Storage, target.Options with { Txid = Txid.None });
        await target.Refuses(history.Storage, target.Options with { Parallelism = 0 });
    }

    [Fact]
    public async Task Cancelling_removes_what_was_written()
    {
        using var history = RestorerTests.Busy();
        using var target = new RestoreTarget();
        using var cancelled = new CancellationTokenSource();
        var storage = new MeddlingStorage(history.Storage, atRead: 1, cancelled.Cancel);
        var restorer = new Restorer(storage, TimeProvider.System, NullLogger.Instance);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => restorer.RunAsync(target.Options, null, cancelled.Token));
        Assert.Empty(target.Files);
    }

    [NeedsMount]
    public async Task A_full_disk_is_noticed_before_anything_is_fetched()
    {
        using var history = new History();
        history.Run("INSERT INTO t(v) VALUES (zeroblob(3000000))");
        using var small = new SmallFileSystem(megabytes: 1);
        using var target = new RestoreTarget();
        var error = await target.Refuses(history.Storage, target.Options with { OutputPath = small.Path + "/restored.db" });
        Assert.Contains(small.Path, error.Message, StringComparison.Ordinal);
        Assert.Contains("free space", error.Hint, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(small.Path));
    }
}
