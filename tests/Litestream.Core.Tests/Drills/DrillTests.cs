using Litestream.Core.Tests.Replication;
using Litestream.Drills;
using Litestream.Ltx;
using Litestream.Restore;
using Litestream.Sqlite;

namespace Litestream.Core.Tests.Drills;

public sealed class DrillTests
{
    private const string Name = ReplicatedFolder.Name;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_sound_backup_passes_and_leaves_nothing_behind(bool isHot)
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 5);
        if (!isHot)
        {
            application.Close();
            await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { IsHot: false, Reason: DatabaseReason.Cold }, "cold");
        }
        else
        {
            application.Sql("INSERT INTO t (v) VALUES ('a moment ago')");
        }
        var before = database.Snapshot().LastProofAt;

        var record = await database.DrillAsync(new(), null, default);

        Assert.True(record.IsPassed, record.Trouble);
        Assert.Equal((database.Snapshot().Txid, ProofKind.Sum, IntegrityCheck.Quick, LiveVerdict.Equal), (record.Txid, record.Proof, record.IntegrityCheck, record.Live));
        Assert.Equal(database.Snapshot().SizeBytes, record.SizeBytes);
        Assert.True(record.BytesRead > 0 && record.FileCount > 1 && record.RestoreTime > TimeSpan.Zero && record.Duration >= record.RestoreTime);
        Assert.True(database.Snapshot().LastProofAt > before || before is null);
        AssertNothingIsLeft(folder);
    }

    [Fact]
    public async Task A_live_database_that_is_not_what_was_captured_fails()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 20);
        await ReplicatedFolder.WaitAsync(() => database.Snapshot().LastProofAt is not null, "its first check");
        application.Sql("PRAGMA wal_checkpoint");
        await ReplicatedFolder.SyncAsync(database);
        // The engine is in this process: opened here, the file would lose its locks.
        Damage(folder.PathOf(Name), offset: 3 * 4096 + 2000);

        var record = await database.DrillAsync(new(), null, default);

        Assert.False(record.IsPassed);
        Assert.Equal((LiveVerdict.Differs, ProofKind.Sum), (record.Live, record.Proof));
        Assert.Contains("1 pages", record.Trouble);
        Assert.True((await database.DrillAsync(new() { IntegrityCheck = IntegrityCheck.None }, null, default)).IsPassed, "captured anew");
        AssertNothingIsLeft(folder);
    }

    [Fact]
    public async Task A_backup_that_does_not_restore_fails_and_says_which_file()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        var database = await BeginWithPagesAsync(folder, application);
        var image = Directory.GetFiles(folder.LevelOf(Name, "1")).Single(f => f.EndsWith("0000000000000001-0000000000000001.ltx", StringComparison.Ordinal));
        var bytes = await File.ReadAllBytesAsync(image);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(image, bytes);

        var record = await database.DrillAsync(new(), null, default);

        Assert.False(record.IsPassed);
        Assert.Contains("0000000000000001-0000000000000001.ltx", record.Trouble);
        Assert.Equal((Txid.None, LiveVerdict.NotDone, null), (record.Txid, record.Live, record.Proof));
        AssertNothingIsLeft(folder);
    }

    [Theory]
    [InlineData("the first image")]
    [InlineData("each image, the newest snapshot too")]
    [InlineData("the only change behind it")]
    public async Task A_chain_that_a_drill_finds_damaged_is_healed_by_the_live_database_without_a_commit(string damaged)
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        var database = await BeginWithPagesAsync(folder, application);
        if (damaged != "the first image")
            await database.UpkeepAsync(snapshot: true, retention: false, default);
        if (damaged == "the only change behind it")
            await ReplicatedFolder.WriteAsync(application, database, 1);
        var files = Directory.GetFiles(Path.Combine(folder.Backups, "databases", Name, "ltx"), "*.ltx", SearchOption.AllDirectories).Order().ToList();
        var spoiled = damaged switch
        {
            "the first image" => files.FindAll(f => f.EndsWith("0000000000000001-0000000000000001.ltx", StringComparison.Ordinal)),
            "each image, the newest snapshot too" => files.FindAll(f => Path.GetFileName(f).StartsWith("0000000000000001-", StringComparison.Ordinal)),
            _ => files.FindAll(f => f.Contains("/0/", StringComparison.Ordinal))[^1..],
        };
        foreach (var file in spoiled)
            Damage(file, offset: (int)(new FileInfo(file).Length / 2));
        var found = await database.DrillAsync(new(), null, default);
        Assert.False(found.IsPassed);
        Assert.Contains(spoiled, file => found.Trouble!.Contains(Path.GetFileName(file), StringComparison.Ordinal));

        await IsHealedAsync(database);
        await ReplicatedFolder.WriteAsync(application, database, 2);
        Assert.True((await database.DrillAsync(new(), null, default)).IsPassed);
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task A_replica_whose_newest_files_are_gone_fails_although_what_is_left_restores_and_is_healed()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 3);
        await database.UpkeepAsync(snapshot: true, retention: false, default);
        await ReplicatedFolder.WriteAsync(application, database, 1);
        var newest = database.Snapshot().ReplicatedTxid;
        foreach (var file in Directory.GetFiles(Path.Combine(folder.Backups, "databases", Name, "ltx"), $"*-{newest}.ltx", SearchOption.AllDirectories))
            File.Delete(file);
        await folder.RestoreAsync(Name);

        var found = await database.DrillAsync(new(), null, default);

        Assert.False(found.IsPassed);
        Assert.Contains($"only, and {newest} was published there", found.Trouble);
        await IsHealedAsync(database);
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task A_damaged_file_that_a_drill_goes_around_is_gone_around_once_the_live_database_is_published_anew()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        var database = await BeginWithPagesAsync(folder, application);
        await database.UpkeepAsync(snapshot: true, retention: false, default);
        // What it was made of covers it.
        foreach (var file in Directory.GetFiles(folder.LevelOf(Name, "9")))
            Damage(file, offset: (int)(new FileInfo(file).Length / 2));
        var found = await database.DrillAsync(new(), null, default);
        Assert.True(found.IsPassed, found.Trouble);
        Assert.NotEmpty(found.Damage);

        for (var deadline = DateTime.UtcNow.AddSeconds(60); (await database.DrillAsync(new(), null, default)).Damage.Count > 0; await Task.Delay(50))
            Assert.True(DateTime.UtcNow < deadline, $"its drills go around a damaged file, it is {database.Snapshot()}");
        await folder.AssertRestoresEqualAsync(Name);
    }

    [Fact]
    public async Task A_stopped_database_is_drilled_without_a_live_check()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 2);
        await database.StopAsync(default);

        var record = await database.DrillAsync(new(), null, default);

        Assert.True(record.IsPassed);
        Assert.Equal((LiveVerdict.NotDone, "it is stopped"), (record.Live, record.WhyNotLive));
    }

    [Fact]
    public async Task A_drill_that_is_cancelled_leaves_nothing_and_one_that_was_killed_nothing_after_the_next_start()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 2);
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => database.DrillAsync(new(), new Cancelling(stop), stop.Token));
        AssertNothingIsLeft(folder);

        var left = Directory.CreateDirectory(Path.Combine(folder.State, "scratch", "drill", Name)).FullName;
        await File.WriteAllTextAsync(Path.Combine(left, "restored.db.part"), "of a run that was killed");
        await folder.StopAsync();
        folder.Open();
        Assert.False(Directory.Exists(left));
    }

    [Fact]
    public async Task Scratch_may_lie_elsewhere_and_only_its_own_part_of_that_is_cleared()
    {
        await using var folder = new ReplicatedFolder();
        var elsewhere = Directory.CreateDirectory(Path.Combine(folder.Data, "..", "elsewhere")).FullName;
        await File.WriteAllTextAsync(Path.Combine(elsewhere, "somebody's"), "file");
        folder.Options = folder.Options with { ScratchDirectory = elsewhere };
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 2);
        var seen = new List<string>();
        await database.DrillAsync(new(), new Looking(() => seen.AddRange(Directory.GetDirectories(elsewhere))), default);
        Assert.StartsWith(".litestream-", Path.GetFileName(seen[0]));
        await File.WriteAllTextAsync(Path.Combine(seen[0], "left"), "of a run that was killed");
        await folder.StopAsync();
        folder.Open();
        Assert.Equal(["somebody's"], Directory.GetFileSystemEntries(elsewhere).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Two_drills_at_once_have_a_live_check_each()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 2);
        // Both come to the live check, and neither is served before this ends.
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var fetching = new HashSet<string>();
        Looking Holding(string which) => new(() =>
        {
            lock (fetching)
                fetching.Add(which);
            database.State.Hold = hold;
            database.State.CaptureLane.Wake();
        });
        using var stop = new CancellationTokenSource();
        var first = database.DrillAsync(new(), Holding("first"), stop.Token);
        var second = database.DrillAsync(new(), Holding("second"), default);
        var scratch = Path.Combine(folder.State, "scratch", "drill");
        await ReplicatedFolder.WaitAsync(() => fetching.Count == 2 && !Directory.EnumerateFileSystemEntries(scratch).Any(), "both have restored");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        database.State.Hold = null;
        database.State.CaptureLane.Wake();

        var record = await second.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal((LiveVerdict.Equal, null), (record.Live, record.WhyNotLive));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_lies_aside_is_nobody_elses_to_read(bool isElsewhere)
    {
        await using var folder = new ReplicatedFolder();
        var around = isElsewhere ? Directory.CreateDirectory(Path.Combine(folder.Data, "..", "elsewhere")).FullName : folder.State;
        if (isElsewhere)
            folder.Options = folder.Options with { ScratchDirectory = around };
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 2);
        var seen = new Dictionary<string, uint>();
        await database.DrillAsync(new(), new Looking(() =>
        {
            foreach (var part in Directory.GetFiles(around, "restored.db.part", SearchOption.AllDirectories))
            {
                for (var path = part; path.Length > Path.GetFullPath(around).Length; path = Path.GetDirectoryName(path)!)
                    seen[path] = FileStat.Of(path)!.Value.Mode & 0xfff;
            }
        }), default);

        Assert.Equal(4, seen.Count);
        Assert.All(seen, at => Assert.Equal(at.Key.EndsWith(".part", StringComparison.Ordinal) ? "600" : "700", Convert.ToString(at.Value, 8)));
    }

    [Fact]
    public async Task A_scratch_folder_that_somebody_else_made_is_not_used()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 2);
        var theirs = Directory.CreateDirectory(Path.Combine(folder.Data, "..", "theirs")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(folder.State, "scratch"), theirs);

        var refused = await Assert.ThrowsAsync<LitestreamException>(() => database.DrillAsync(new(), null, default));

        Assert.Contains("somebody else", refused.Message);
        Assert.Empty(Directory.GetFileSystemEntries(theirs));
    }

    /// <summary>Its live check would be waited for as long as one may take, and the drills of all others with it.</summary>
    [Fact]
    public async Task A_database_that_goes_away_while_it_is_to_be_compared_holds_no_drill_up()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 2);
        application.Close();
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { IsHot: false, Reason: DatabaseReason.Cold }, "cold");
        using var alone = new Application(folder.PathOf(Name));
        alone.Sql("PRAGMA locking_mode=EXCLUSIVE; INSERT INTO t (v) VALUES ('nobody else comes to it')");

        var scratch = Path.Combine(folder.State, "scratch", "drill");
        var drill = database.DrillAsync(new(), null, default);
        await ReplicatedFolder.WaitAsync(() => Directory.Exists(scratch) && !Directory.EnumerateDirectories(scratch).Any(), "it was restored, and is to be compared");
        Assert.False(drill.IsCompleted);
        File.Delete(folder.PathOf(Name));
        var record = await drill.WaitAsync(TimeSpan.FromSeconds(120));
        Assert.Equal((LiveVerdict.NotDone, "its file is gone"), (record.Live, record.WhyNotLive));
    }

    /// <summary>Its image has pages enough to be damaged in the middle.</summary>
    private static async Task<Database> BeginWithPagesAsync(ReplicatedFolder folder, Application application)
    {
        for (var i = 0; i < 50; i++)
            application.Sql("INSERT INTO t (v) VALUES (hex(randomblob(2000)))");
        folder.Open();
        var database = folder.Register(Name);
        await ReplicatedFolder.WriteAsync(application, database, 2);
        return database;
    }

    private static void AssertNothingIsLeft(ReplicatedFolder folder)
    {
        var scratch = Path.Combine(folder.State, "scratch");
        Assert.True(!Directory.Exists(scratch) || Directory.GetFiles(scratch, "*", SearchOption.AllDirectories).Length == 0, "something is left aside");
    }

    private static async Task IsHealedAsync(Database database)
    {
        for (var deadline = DateTime.UtcNow.AddSeconds(60); !(await database.DrillAsync(new(), null, default)).IsPassed; await Task.Delay(50))
            Assert.True(DateTime.UtcNow < deadline, $"its chain is not healed, it is {database.Snapshot()}");
    }

    private static void Damage(string path, int offset)
    {
        using var dd = System.Diagnostics.Process.Start("dd", ["if=/dev/urandom", $"of={path}", "bs=1", "count=16", $"seek={offset}", "conv=notrunc", "status=none"]);
        dd.WaitForExit();
        Assert.Equal(0, dd.ExitCode);
    }

    private sealed class Cancelling(CancellationTokenSource stop) : IProgress<RestoreProgress>
    {
        public void Report(RestoreProgress value) => stop.Cancel();
    }

    private sealed class Looking(Action look) : IProgress<RestoreProgress>
    {
        public void Report(RestoreProgress value) => look();
    }
}
