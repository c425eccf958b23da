using System.Globalization;
using Litestream.Ltx;
using Litestream.Storage;
using Litestream.Tests.Needs;

namespace Litestream.Core.Tests.Storage;

/// <summary>A folder as the replica, staged files on the same file system: they are linked.</summary>
public sealed class FolderStorageTests : StorageContract
{
    private readonly ScratchFolder _replica = new();

    [Fact]
    public async Task Lays_files_out_as_genuine_Litestream_does()
    {
        await Open("databases/x").PublishAsync(FileOf(9, 1, 0x2a, "x"), Stage("x"), default);
        Assert.Equal(["databases/x/ltx/9/0000000000000001-000000000000002a.ltx"], _replica.Files());
    }

    [Fact]
    public async Task The_time_of_a_file_is_its_modification_time()
    {
        var file = FileOf(0, 1, 1, "x");
        await Open("a").PublishAsync(file, Stage("x"), default);
        Assert.Equal(file.CreatedAt.UtcDateTime, File.GetLastWriteTimeUtc(_replica["a/ltx/0/" + file.Name]));
    }

    [Fact]
    public async Task Bytes_are_not_written_twice_on_one_file_system()
    {
        var staged = Stage("x");
        var file = FileOf(0, 1, 1, "x");
        await Open("a").PublishAsync(file, staged, default);
        Assert.True(PosixFile.IsSameFile(staged, _replica["a/ltx/0/" + file.Name]));
    }

    [Fact]
    public async Task Publishing_the_same_staged_file_again_is_still_ours()
    {
        var staged = Stage("x");
        var storage = Open("a");
        Assert.True(await storage.PublishAsync(FileOf(0, 1, 1, "x"), staged, default));
        Assert.True(await storage.PublishAsync(FileOf(0, 1, 1, "x"), staged, default));
    }

    [Fact]
    public async Task Foreign_names_are_skipped()
    {
        var level = Directory.CreateDirectory(_replica["a/ltx/0"]).FullName;
        var name = LtxFile.NameOf(new(1), new(2));
        foreach (var foreign in (string[])["manifest.json", name + ".tmp", name + ".tmp-x", name.ToUpper(CultureInfo.InvariantCulture), "0000000000000002-0000000000000001.ltx"])
            await File.WriteAllTextAsync(Path.Join(level, foreign), "x");
        Directory.CreateDirectory(Path.Join(level, LtxFile.NameOf(new(3), new(3))));
        Assert.Empty(await List(Open("a"), 0));
    }

    [Fact]
    public async Task Deleting_a_file_takes_older_leftovers_of_a_crash_with_it()
    {
        var level = Directory.CreateDirectory(_replica["a/ltx/0"]).FullName;
        foreach (ulong txid in (ulong[])[3, 4, 5])
            await File.WriteAllTextAsync(Path.Join(level, LtxFile.NameOf(new(txid), new(txid)) + ".tmp-x"), "half");
        await Open("a").PublishAsync(FileOf(0, 4, 4, "x"), Stage("x"), default);
        await Open("a").DeleteAsync([FileOf(0, 4, 4, "x")], default);
        Assert.Equal([$"a/ltx/0/{LtxFile.NameOf(new(5), new(5))}.tmp-x"], _replica.Files());
    }

    [Fact]
    public async Task A_staged_file_that_vanished_is_named()
    {
        var error = await Assert.ThrowsAsync<StorageException>(() => Open("a").PublishAsync(FileOf(0, 1, 1, "x"), StagingFolder + "/gone", default));
        Assert.Contains("/gone", error.Message, StringComparison.Ordinal);
        Assert.Empty(_replica.Files());
    }

    [Fact]
    public async Task A_file_in_the_way_of_the_folder_is_a_permanent_fault()
    {
        await File.WriteAllTextAsync(_replica["a"], "not a folder");
        var error = await Assert.ThrowsAsync<StorageException>(() => Open("a").PublishAsync(FileOf(0, 1, 1, "x"), Stage("x"), default));
        Assert.Equal(StorageFault.Permanent, error.Fault);
        Assert.Contains(_replica["a"], error.Message, StringComparison.Ordinal);
    }

    [NeedsMount]
    public async Task A_full_replica_says_so_and_shows_no_half_file()
    {
        using var small = new SmallFileSystem(megabytes: 1);
        var storage = ReplicaRoot.Parse(small.Path).Open("a");
        var content = new string('x', 3_000_000);
        var error = await Assert.ThrowsAsync<StorageException>(() => storage.PublishAsync(FileOf(0, 1, 1, content), Stage(content), default));
        Assert.Equal(StorageFault.Full, error.Fault);
        Assert.NotNull(error.Hint);
        Assert.Empty(Directory.GetFiles(small.Path, "*", SearchOption.AllDirectories));
    }

    public override void Dispose()
    {
        base.Dispose();
        _replica.Dispose();
    }

    protected override IReplicaStorage Open(string path) => new FolderStorage(_replica[path], "file://" + _replica[path]);
}
