using Litestream.Core.Tests.Golden;
using Litestream.Core.Tests.Restore;
using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Core.Tests.Replication;

/// <summary>A tenant whose replica was written by Litestream goes on from there: a fence, then only what changed.</summary>
public sealed class GenuineTakeoverTests(GoldenReplicas golden) : IClassFixture<GoldenReplicas>
{
    private const string Name = ReplicatedFolder.Name;

    [Theory]
    [MemberData(nameof(GoldenReplicas.Names), MemberType = typeof(GoldenReplicas))]
    public async Task A_replica_of_Litestream_is_continued_without_a_second_image(string name)
    {
        await using var folder = new ReplicatedFolder();
        folder.Options = folder.Options with { Points = new() { LevelIntervals = [TimeSpan.FromDays(300)] } };
        using (var target = new RestoreTarget())
        {
            SqliteForTests.Choose();
            await target.Restore(ReplicaRoot.Parse("file://" + golden.ReplicaPath(name)).Open(""));
            await File.WriteAllBytesAsync(folder.PathOf(Name), target.Bytes);
        }
        CopyReplica(golden.ReplicaPath(name), Path.Combine(folder.Backups, "databases", Name));
        var before = await ReplicaListing.ReadAsync(folder.StorageOf(Name), default);
        var newest = before.Max(f => f.MaxTxid);

        var database = await folder.BeginAsync(Name);
        using var application = new Application(folder.PathOf(Name));
        application.Sql("CREATE TABLE after_the_takeover (v)");
        await ReplicatedFolder.SyncAsync(database);

        var added = (await ReplicaListing.ReadAsync(folder.StorageOf(Name), default)).Except(before).ToList();
        Assert.Contains(added, f => f.IsEmpty && f.MinTxid == newest.Next);
        Assert.DoesNotContain(added, f => f.IsImage);
        Assert.All(added, f => Assert.True(f.MinTxid > newest));
        var pages = 0;
        foreach (var file in added)
            pages += (await ChainFile.OpenAsync(folder.StorageOf(Name), file, default)).Index.Count;
        Assert.InRange(pages, 1, 8);
        await folder.AssertRestoresEqualAsync(Name);
    }

    private static void CopyReplica(string from, string to)
    {
        foreach (var path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
            File.SetLastWriteTimeUtc(copy, File.GetLastWriteTimeUtc(path));
        }
    }
}
