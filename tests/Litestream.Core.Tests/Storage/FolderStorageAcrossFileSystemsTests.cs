using Litestream.Core.Tests.Needs;
using Litestream.Storage;

namespace Litestream.Core.Tests.Storage;

/// <summary>A folder as the replica, staged files in memory: they cannot be linked and are copied.</summary>
[NeedsSharedMemory]
public sealed class FolderStorageAcrossFileSystemsTests : StorageContract
{
    private readonly ScratchFolder _replica = new();

    public FolderStorageAcrossFileSystemsTests()
        : base(NeedsSharedMemoryAttribute.Folder)
    {
    }

    [NeedsSharedMemory]
    public async Task The_copy_has_its_time_and_leaves_no_temporary_file()
    {
        var (file, staged) = (FileOf(0, 1, 1, "x"), Stage("x"));
        await Open("a").PublishAsync(file, staged, default);
        Assert.False(PosixFile.IsSameFile(staged, _replica["a/ltx/0/" + file.Name]));
        Assert.Equal(file.CreatedAt.UtcDateTime, File.GetLastWriteTimeUtc(_replica["a/ltx/0/" + file.Name]));
        Assert.Equal(["a/ltx/0/" + file.Name], _replica.Files());
    }

    public override void Dispose()
    {
        base.Dispose();
        _replica.Dispose();
    }

    protected override IReplicaStorage Open(string path) => new FolderStorage(_replica[path], "file://" + _replica[path]);
}
