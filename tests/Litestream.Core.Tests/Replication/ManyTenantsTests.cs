namespace Litestream.Core.Tests.Replication;

/// <summary>Many tenants of which few are written: the others stay closed and are never asked about.</summary>
public sealed class ManyTenantsTests
{
    /// <summary>Every event is lost on purpose: the sweep finds the ten among the three hundred.</summary>
    [Fact]
    public async Task The_sweep_finds_the_few_that_were_written_and_opens_no_other()
    {
        const int tenants = 300;
        await using var folder = new ReplicatedFolder();
        folder.NewTenant("template").Dispose();
        for (var i = 0; i < tenants; i++)
            File.Copy(folder.PathOf("template"), folder.PathOf($"d{i}"));
        var store = folder.Open();
        var all = Enumerable.Range(0, tenants).Select(i => folder.Register($"d{i}")).ToList();
        await ReplicatedFolder.WaitAsync(() => all.All(d => d.Snapshot() is { IsHot: false, ReplicatedTxid.Value: 1 }), "all are copied and cold");
        var written = all.Where((_, i) => i % 30 == 7).ToList();
        foreach (var database in written)
        {
            using var application = new Application(database.Path);
            application.Sql("INSERT INTO t (v) VALUES ('nobody told')");
        }
        var before = store.Replicas[0].Requests.Values.Sum();
        all.ForEach(d => d.Notice(FileEvent.Sweep));
        await ReplicatedFolder.WaitAsync(() => written.TrueForAll(d => d.Snapshot() is { IsHot: false, ReplicatedTxid.Value: 2 }), "those that were written");
        Assert.All(all.Except(written), d => Assert.Equal((1ul, DatabaseReason.Cold), (d.Snapshot().ReplicatedTxid.Value, d.Snapshot().Reason)));
        // One create each; nothing for the other 290.
        Assert.InRange(store.Replicas[0].Requests.Values.Sum() - before, written.Count, 2 * written.Count);
        foreach (var database in written)
            await folder.AssertRestoresEqualAsync(database.Name);
    }
}
