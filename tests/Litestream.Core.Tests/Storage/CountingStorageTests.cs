using Litestream.Storage;

namespace Litestream.Core.Tests.Storage;

/// <summary>The wrapper changes nothing but the counts.</summary>
public sealed class CountingStorageTests : StorageContract
{
    private readonly ScratchFolder _replica = new();

    [Fact]
    public async Task Counts_requests_of_all_databases_by_operation()
    {
        var root = ReplicaRoot.Parse(_replica.Path);
        var (one, two) = (root.Open("one"), root.Open("two"));
        var file = FileOf(0, 1, 1, "x");
        await one.PublishAsync(file, Stage("x"), default);
        Assert.False(await one.PublishAsync(file, Stage("x"), default));
        await two.PublishAsync(file, Stage("x"), default);
        await List(one, 0);
        await one.ReadAsync(file, 0, new byte[1], default);
        await ReadAll(two, file);
        await Assert.ThrowsAsync<StorageException>(() => one.OpenAsync(FileOf(1, 1, 1, "x"), default));
        await two.DeleteAsync([file, file], default);
        Assert.Equal(new Dictionary<string, long> { ["PUT"] = 3, ["GET"] = 3, ["LIST"] = 1, ["DELETE"] = 1 }, root.Requests);
        // Not what was refused, or failed.
        Assert.Equal(new Dictionary<string, long> { ["PUT"] = 2, ["GET"] = 2 }, root.TransferredBytes);
    }

    public override void Dispose()
    {
        base.Dispose();
        _replica.Dispose();
    }

    protected override IReplicaStorage Open(string path) => ReplicaRoot.Parse(_replica.Path).Open(path);
}
