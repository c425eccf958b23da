using System.Diagnostics;

namespace Litestream.Core.Tests.Replication;

/// <summary>A replica of ours that no longer restores is healed at once by a new image of the live database.</summary>
public sealed class DamagedReplicaTests
{
    private const string Name = ReplicatedFolder.Name;

    [Fact]
    public async Task A_replica_removed_while_running_is_begun_anew()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 5);
        Directory.Delete(Path.Combine(folder.Backups, "databases", Name), recursive: true);
        await ReplicatedFolder.WriteAsync(application, database, 2);
        await folder.AssertRestoresEqualAsync(Name);
        await ReplicatedFolder.WriteAsync(application, database, 2);
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Theory]
    [InlineData("an L0 is gone")]
    [InlineData("the image is gone")]
    [InlineData("the newest L0 is damaged")]
    public async Task Damage_done_while_the_agent_was_down_is_healed(string damage)
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        folder.Open();
        await ReplicatedFolder.WriteAsync(application, folder.Register(Name), 5);
        await folder.DropAsync();
        var files = Path.Combine(folder.Backups, "databases", Name, "ltx");
        var newest = Directory.GetFiles(Path.Combine(files, "0")).Order().Last();
        if (damage == "an L0 is gone")
            File.Delete(Directory.GetFiles(Path.Combine(files, "0")).Order().First());
        else if (damage == "the image is gone")
            Directory.Delete(Path.Combine(files, "1"), recursive: true);
        else
            FlipByte(newest);
        folder.Open();
        await ReplicatedFolder.WriteAsync(application, folder.Register(Name), 2);
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task A_file_missing_when_it_is_to_be_merged_is_healed()
    {
        await using var folder = new ReplicatedFolder();
        folder.Options = folder.Options with { Points = new() { LevelIntervals = [TimeSpan.FromSeconds(3)] } };
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 1);
        var images = (await folder.ListAsync(Name, 1)).Count(f => f.IsImage);
        Assert.Equal(1, images);
        var begun = Stopwatch.GetTimestamp();
        while ((await folder.ListAsync(Name, 1)).Count(f => f.IsImage) == 1)
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(30), "no new image was made");
            application.Sql("INSERT INTO t (v) VALUES ('more')");
            await ReplicatedFolder.SyncAsync(database);
            foreach (var file in Directory.GetFiles(Path.Combine(folder.Backups, "databases", Name, "ltx", "0")))
                File.Delete(file);
        }
        // The last deletion may have hit an L0 behind the new image: that is healed in its turn.
        await ReplicatedFolder.WriteAsync(application, database, 2);
        await ReplicatedFolder.WaitAsync(() => Restores(folder), "restorable again");
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task A_snapshot_copies_no_damage_out_of_the_files_that_it_is_made_of()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        // Nothing to compress: a byte that differs is a page that differs, not one that cannot be decoded.
        for (var i = 0; i < 50; i++)
            application.Sql("INSERT INTO t (v) VALUES (randomblob(3000))");
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 2);
        application.Close();
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { IsHot: false, Reason: DatabaseReason.Cold }, "cold");
        foreach (var copy in Directory.GetFiles(folder.State, "*.ltx", SearchOption.AllDirectories))
            File.Delete(copy);
        FlipByte(Directory.GetFiles(folder.LevelOf(Name, "1")).Single(f => f.EndsWith("0000000000000001-0000000000000001.ltx", StringComparison.Ordinal)));

        _ = database.UpkeepAsync(snapshot: true, retention: false, default);

        await ReplicatedFolder.WaitAsync(() => Restores(folder), "restorable again");
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task A_snapshot_of_a_healed_chain_does_not_go_back_to_the_file_that_was_damaged()
    {
        await using var folder = new ReplicatedFolder();
        folder.Options = folder.Options with { Points = new() { LevelIntervals = [TimeSpan.FromMilliseconds(300)] } };
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        for (var deadline = DateTime.UtcNow.AddSeconds(60); (await folder.ListAsync(Name, 1)).Count(f => !f.IsImage) < 2;)
        {
            Assert.True(DateTime.UtcNow < deadline, "nothing is merged");
            await ReplicatedFolder.WriteAsync(application, database, 1);
        }
        File.WriteAllBytes(Directory.GetFiles(folder.LevelOf(Name, "1"), "0000000000000001-*").Single(), []);
        Assert.False((await database.DrillAsync(new(), null, default)).IsPassed);
        await ReplicatedFolder.WaitAsync(() => Restores(folder), "restorable again");

        await database.UpkeepAsync(snapshot: true, retention: false, default).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(2, (await folder.ListAsync(Name, 1)).Count(f => f.IsImage));
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task A_damaged_file_of_a_middle_level_is_not_merged_again_and_again_when_it_was_healed()
    {
        await using var folder = new ReplicatedFolder();
        folder.Options = folder.Options with { Points = new() { LevelIntervals = [TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(400), TimeSpan.FromSeconds(1)] } };
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        // Level 3 is made of what is damaged, as soon as an interval of it is over.
        await WriteUntilAsync(() =>
        {
            foreach (var file in Directory.Exists(folder.LevelOf(Name, "2")) ? Directory.GetFiles(folder.LevelOf(Name, "2")) : [])
                File.WriteAllBytes(file, []);
            return folder.ListAsync(Name, 1).ContinueWith(files => files.Result.Any(f => f.IsImage && f.MaxTxid.Value > 1), TaskScheduler.Default);
        });
        var healed = (await folder.ListAsync(Name, 1)).Where(f => f.IsImage).Max(f => f.MaxTxid);
        await WriteUntilAsync(async () => (await folder.ListAsync(Name, 3)).Any(f => f.MinTxid > healed));

        Assert.InRange((await folder.ListAsync(Name, 1)).Count(f => f.IsImage), 2, 4);
        await folder.AssertRestoresEqualAsync(Name);

        async Task WriteUntilAsync(Func<Task<bool>> condition)
        {
            for (var deadline = DateTime.UtcNow.AddSeconds(60); !await condition();)
            {
                Assert.True(DateTime.UtcNow < deadline, $"it is {database.Snapshot()}");
                await ReplicatedFolder.WriteAsync(application, database, 1);
            }
        }
    }

    private static bool Restores(ReplicatedFolder folder)
    {
        try
        {
            folder.RestoreAsync(Name).GetAwaiter().GetResult();
            return true;
        }
        catch (LitestreamException)
        {
            return false;
        }
    }

    private static void FlipByte(string path)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 0x10;
        File.WriteAllBytes(path, bytes);
    }
}
