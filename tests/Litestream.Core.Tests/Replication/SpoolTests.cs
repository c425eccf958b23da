using Litestream.Core.Tests.Storage;
using Litestream.Ltx;
using Litestream.Replication;

namespace Litestream.Core.Tests.Replication;

public sealed class SpoolTests
{
    [Theory]
    [InlineData("12345678-1234-5678-9abc-123456789012", 0)]
    [InlineData("a.b.c", 9)]
    [InlineData("0.1.2", 1)]
    public void A_staged_name_says_what_it_is(string name, int level)
    {
        using var folder = new ScratchFolder();
        var path = new Spool(folder.Path).PathOf(name, level, new(2), new(0x2a));
        Assert.True(Spool.TryParse(path, out var parsedName, out var parsedLevel, out var min, out var max));
        Assert.Equal((name, level, new Txid(2), new Txid(0x2a)), (parsedName, parsedLevel, min, max));
    }

    [Fact]
    public void Leftovers_are_known_until_it_is_settled_what_becomes_of_them_and_torn_files_are_removed()
    {
        using var folder = new ScratchFolder();
        var path = new Spool(folder.Path).PathOf("a", 0, new(2), new(2));
        File.WriteAllText(path, "staged");
        File.WriteAllText(path + ".tmp", "torn");
        var spool = new Spool(folder.Path);
        Assert.Equal([path], spool.Earlier("a"));
        Assert.Equal([path], spool.Earlier("a"));
        spool.ForgetEarlier("a");
        Assert.Empty(spool.Earlier("a"));
        Assert.Equal([Path.GetFileName(path)], folder.Files());
    }

    /// <summary>What was captured is in these files alone, second by second: a start that cannot look at them now looks again.</summary>
    [Fact]
    public async Task Files_of_an_earlier_run_are_kept_when_it_cannot_be_found_out_yet_what_becomes_of_them()
    {
        const string Name = ReplicatedFolder.Name;
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 2);
        var blocked = new BlockedFolder(folder.LevelOf(Name, "0"));
        for (var i = 0; i < 4; i++)
        {
            application.Sql($"INSERT INTO t (v) VALUES ('captured {i}')");
            database.Notice(FileEvent.Wal);
            await database.CaptureAsync(default);
        }
        await folder.DropAsync();
        blocked.Unblock();
        var staged = Directory.GetFiles(Path.Combine(folder.State, "spool")).Order(StringComparer.Ordinal).ToList();
        Assert.True(staged.Count >= 4);

        // Somebody reads one of them (a scanner, a backup), and lets nobody else.
        var store = folder.Open();
        using (new FileStream(staged[1], FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            database = folder.Register(Name);
            await ReplicatedFolder.WaitAsync(() => database.Snapshot().Status == DatabaseStatus.Error, "it cannot be found out");
            Assert.Equal(staged, Directory.GetFiles(Path.Combine(folder.State, "spool")).Order(StringComparer.Ordinal));
        }
        await ReplicatedFolder.WaitAsync(() =>
        {
            database.State.Replicas[0].Lane.Wake();
            return database.Snapshot() is { Status: DatabaseStatus.Active, ReplicatedTxid.IsNone: false };
        }, "found out");
        await ReplicatedFolder.SyncAsync(database);
        // Each of them by itself, not their sum in one.
        var published = (await folder.ListAsync(Name, 0)).Select(f => f.Name).ToHashSet();
        Assert.All(staged, path => Assert.Contains(Path.GetFileName(path)[^37..], published));
        await folder.AssertRestoresEqualAsync(Name);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await store.UnregisterAsync(database, patience.Token);
        Assert.Empty(store.LeftBehind);
        Assert.Empty(Directory.GetFiles(Path.Combine(folder.State, "spool")));
    }
}
