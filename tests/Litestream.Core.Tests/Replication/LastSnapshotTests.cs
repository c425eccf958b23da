using Litestream.Ltx;

namespace Litestream.Core.Tests.Replication;

/// <summary>Of when the newest full image in a replica is: known without asking the replica, over restarts.</summary>
public sealed class LastSnapshotTests
{
    private const string Name = ReplicatedFolder.Name;

    [Fact]
    public async Task The_first_image_counts_then_each_snapshot_and_a_restart_forgets_neither()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        var database = await folder.BeginAsync(Name);
        var first = database.Snapshot().Replicas[0].LastSnapshotAt;
        Assert.NotNull(first);
        await ReplicatedFolder.WriteAsync(application, database, 2);
        Assert.Equal(first, database.Snapshot().Replicas[0].LastSnapshotAt);

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await database.UpkeepAsync(snapshot: true, retention: false, limit.Token);
        var newest = database.Snapshot().Replicas[0].LastSnapshotAt;
        Assert.True(newest > first, $"{newest} {first}");
        Assert.NotEmpty(Directory.GetFiles(folder.LevelOf(Name, $"{LtxFile.SnapshotLevel}")));
        await folder.StopAsync();

        folder.Open();
        // Before anything is looked at: from the books.
        var known = folder.Register(Name).Snapshot().Replicas[0].LastSnapshotAt!.Value;
        Assert.Equal(newest!.Value.ToUnixTimeMilliseconds(), known.ToUnixTimeMilliseconds());
        await ReplicatedFolder.WriteAsync(application, folder.Store!.Find(Name)!, 1);
        Assert.Equal(known, folder.Store.Find(Name)!.Snapshot().Replicas[0].LastSnapshotAt);
    }
}
