using Litestream.Ltx;
using Litestream.Restore;
using Litestream.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Core.Tests.Restore;

/// <summary>What is at the output's place already, and around it.</summary>
public sealed class RestoreOutputTests : IDisposable
{
    private readonly History _history = RestorerTests.Busy();
    private readonly RestoreTarget _target = new();

    [Fact]
    public async Task An_existing_file_is_not_replaced()
    {
        await File.WriteAllTextAsync(_target.Path, "precious");
        var error = await _target.Refuses(_history.Storage);
        Assert.Contains(_target.Path, error.Message, StringComparison.Ordinal);
        Assert.Contains("-force", error.Hint, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(_target.Path));
    }

    [Fact]
    public async Task A_file_that_appears_meanwhile_is_not_replaced_either()
    {
        var storage = new MeddlingStorage(_history.Storage, atRead: 2, () => File.WriteAllText(_target.Path, "precious"));
        await Assert.ThrowsAsync<LitestreamException>(() => RestoreTarget.Restore(storage, _target.Options));
        Assert.Equal("precious", await File.ReadAllTextAsync(_target.Path));
        Assert.Equal(["restored.db"], _target.Files);
    }

    [Fact]
    public async Task Force_replaces_it_and_removes_what_belonged_to_it()
    {
        foreach (var suffix in (string[])["", "-wal", "-shm", "-journal"])
            await File.WriteAllTextAsync(_target.Path + suffix, "old");
        await RestoreTarget.Restore(_history.Storage, _target.Options with { Force = true });
        Assert.Equal(_history.StateAt(_history.Newest.Value), _target.Bytes);
        Assert.Equal(["restored.db"], _target.Files);
    }

    [Fact]
    public async Task A_failed_restore_with_force_leaves_everything_as_it_was()
    {
        await File.WriteAllTextAsync(_target.Path, "old");
        await File.WriteAllTextAsync(_target.Path + "-wal", "old");
        _history.Delete(0, 3, 3);
        await _target.Refuses(_history.Storage, _target.Options with { Force = true });
        Assert.Equal("old", await File.ReadAllTextAsync(_target.Path));
    }

    [Fact]
    public async Task An_empty_file_gives_way()
    {
        await File.WriteAllTextAsync(_target.Path, "");
        await RestoreTarget.Restore(_history.Storage, _target.Options);
        Assert.Equal(_history.StateAt(_history.Newest.Value), _target.Bytes);
    }

    [Fact]
    public async Task Leftovers_of_a_missing_database_are_moved_aside()
    {
        foreach (var suffix in (string[])["-wal", "-shm", "-journal"])
            await File.WriteAllTextAsync(_target.Path + suffix, "left over" + suffix);
        await RestoreTarget.Restore(_history.Storage, _target.Options);
        Assert.Equal(4, _target.Files.Length);
        foreach (var suffix in (string[])["-wal", "-shm", "-journal"])
        {
            var stale = Assert.Single(_target.Files, f => System.Text.RegularExpressions.Regex.IsMatch(f, $@"^restored\.db{suffix}\.stale-\d{{8}}T\d{{6}}Z$"));
            Assert.Equal("left over" + suffix, await File.ReadAllTextAsync(Path.Join(Path.GetDirectoryName(_target.Path), stale)));
        }
    }

    [Theory]
    [InlineData(0)] // the lock page is the last one
    [InlineData(1)]
    public void The_lock_page_is_a_hole_of_zeros(uint pagesBehind)
    {
        const int PageSize = 65536;
        var lockPage = LockPage.Of(PageSize);
        using (var output = RestoreOutput.Create(_target.Path, PageSize, lockPage + pagesBehind))
        {
            output.Write(0, lockPage - 1, Enumerable.Repeat((byte)1, PageSize).ToArray());
            if (pagesBehind > 0)
                output.Write(0, lockPage + 1, Enumerable.Repeat((byte)2, PageSize).ToArray());
            output.Publish(force: false, History.Start, NullLogger.Instance);
        }
        using var file = File.OpenHandle(_target.Path);
        Assert.Equal((lockPage + pagesBehind) * (long)PageSize, RandomAccess.GetLength(file));
        var bytes = new byte[(2 + pagesBehind) * PageSize];
        Assert.Equal(bytes.Length, RandomAccess.Read(file, bytes, (lockPage - 2L) * PageSize));
        Assert.Equal(pagesBehind == 0 ? [1, 0] : [1, 0, 2], bytes.Chunk(PageSize).Select(page => (int)Assert.Single(page.Distinct())));
    }

    [Fact]
    public async Task A_directory_is_not_an_output()
    {
        Directory.CreateDirectory(_target.Path);
        await _target.Refuses(_history.Storage, _target.Options with { Force = true });
    }

    [Fact]
    public async Task The_folder_of_the_output_is_made()
    {
        var path = Path.Join(Path.GetDirectoryName(_target.Path), "new", "folder", "x.db");
        await RestoreTarget.Restore(_history.Storage, _target.Options with { OutputPath = path });
        Assert.Equal(_history.StateAt(_history.Newest.Value), await File.ReadAllBytesAsync(path));
    }

    [Fact]
    public async Task A_planned_file_that_retention_deletes_meanwhile_is_planned_around()
    {
        // Compaction merges the L0 files, retention deletes them, while the restore has them in its plan.
        var storage = new MeddlingStorage(_history.Storage, atRead: 1, () =>
        {
            _history.Publish(1, 2, 7);
            for (ulong txid = 2; txid <= 7; txid++)
                _history.Delete(0, txid, txid);
        });
        var result = await RestoreTarget.Restore(storage, _target.Options with { Parallelism = 1 });
        Assert.Equal((_history.Newest, 2), (result.Txid, result.FileCount));
        Assert.Equal(_history.StateAt(7), _target.Bytes);
        Assert.Equal(["restored.db"], _target.Files);
    }

    [Fact]
    public async Task A_replica_that_keeps_listing_what_is_not_there_is_given_up()
    {
        // A name without a file: a listing shows it, a read does not find it.
        _history.Delete(0, 7, 7);
        File.CreateSymbolicLink(_history.PathOf(0, 7, 7), "/nowhere/at/all");
        var listings = 0;
        var storage = new MeddlingStorage(_history.Storage, atRead: int.MaxValue, () => { }, () => listings++);
        var error = await Assert.ThrowsAsync<StorageException>(() => RestoreTarget.Restore(storage, _target.Options));
        Assert.True(error.IsMissing);
        Assert.Equal(5, listings);
        Assert.Empty(_target.Files);
    }

    public void Dispose()
    {
        _history.Dispose();
        _target.Dispose();
    }
}
