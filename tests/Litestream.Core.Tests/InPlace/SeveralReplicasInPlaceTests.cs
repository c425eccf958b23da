using Litestream.Core.Tests.Replication;

namespace Litestream.Core.Tests.InPlace;

/// <summary>Of several replicas one has everything: from it a database is restored in place, whichever of the others is away, and the others follow.</summary>
public sealed class SeveralReplicasInPlaceTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task With_one_away_and_behind_it_is_restored_undone_and_the_other_catches_up(int away)
    {
        await using var two = await TwoReplicas.BeginAsync(5);
        var before = two.Database.Snapshot().Txid;
        var place = Path.Combine(two.Place(away), "databases", ReplicatedFolder.Name, "ltx", "0");
        Directory.CreateDirectory(place);
        var blocked = new BlockedFolder(place);
        await two.WriteAsync(5);
        var rows = two.Application.Sql("SELECT count(*) FROM t").Single();

        var restored = await two.Database.RestoreInPlaceAsync(new() { Txid = before }, null, default);

        Assert.NotEqual(rows, two.Application.Sql("SELECT count(*) FROM t").Single());
        Assert.Equal(["ok"], two.Application.Sql("PRAGMA integrity_check"));
        Assert.True(two.Database.Snapshot().Replicas[away].Txid < restored.Before);
        await two.Database.UndoRestoreAsync(new(), null, default);
        Assert.Equal(rows, two.Application.Sql("SELECT count(*) FROM t").Single());
        Assert.Equal(["ok"], two.Application.Sql("PRAGMA integrity_check"));
        blocked.Unblock();
        // Asked for, it does not wait for its next try.
        await two.Database.UpkeepAsync(snapshot: false, retention: false, default);
        await two.CaughtUpAsync();
        Assert.Equal(restored.Before, Assert.Single(two.Database.Snapshot().Kept, k => k.Txid == restored.Before).Txid);
    }
}
