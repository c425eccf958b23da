namespace Litestream.Core.Tests.Replication;

public sealed class FirstCopyTests
{
    private const string Name = ReplicatedFolder.Name;

    [Fact]
    public async Task A_database_is_copied_once_and_then_followed()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        var database = await folder.BeginAsync(Name);
        Assert.Equal([(1ul, 1ul)], (await folder.ListAsync(Name, 1)).Select(f => (f.MinTxid.Value, f.MaxTxid.Value)));
        for (var i = 0; i < 20; i++)
        {
            application.Sql($"INSERT INTO t (v) VALUES ('row {i}')");
            if (i % 5 == 0)
                await ReplicatedFolder.SyncAsync(database);
        }
        await ReplicatedFolder.SyncAsync(database);
        await folder.AssertRestoresEqualAsync(Name);
        await folder.StopAsync();
    }
}
