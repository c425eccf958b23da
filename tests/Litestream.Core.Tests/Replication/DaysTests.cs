using Litestream.Ltx;
using Litestream.Replication;
using Litestream.Storage;
using Litestream.Tests.Servers;

namespace Litestream.Core.Tests.Replication;

/// <summary>A replica with a folder for each day, under a clock and in a zone that the test chooses.</summary>
public sealed class DaysTests : IAsyncLifetime, IAsyncDisposable
{
    private const string Name = ReplicatedFolder.Name;
    private static readonly TimeZoneInfo India = TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(5.5), "test", "test");

    // Half past midnight of the second here, while it is the first at Greenwich.
    private readonly ManualTime _time = new() { Epoch = new(2026, 10, 31, 19, 0, 0, TimeSpan.Zero), Zone = India };
    private readonly Storage.ScratchFolder _place = new();
    private readonly ReplicatedFolder _folder;
    private readonly TenantInTime _tenant;

    public DaysTests()
    {
        _folder = NewFolder(TimeSpan.FromDays(2));
        _tenant = new(_folder);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _folder.DisposeAsync();
        _place.Dispose();
    }

    async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();

    [Fact]
    public async Task A_day_begins_with_the_first_commit_behind_local_midnight_and_an_image()
    {
        var database = await _tenant.BeginAsync();
        await WriteAsync(database, 5);
        Assert.Equal(["2026-11-02"], Days());
        await _tenant.QuietAsync(database, TimeSpan.FromHours(23.4));
        await WriteAsync(database, 3);
        Assert.Equal(["2026-11-02"], Days());
        var last = _tenant.History[^1].State;

        await WriteAsync(database, 4, after: TimeSpan.FromMinutes(10));
        await _tenant.SettleAsync(database);
        Assert.Equal(["2026-11-02", "2026-11-03"], Days());
        var old = await FilesAsync("2026-11-02");
        await WriteAsync(database, 6);
        await _tenant.SettleAsync(database);
        Assert.Equal(old, await FilesAsync("2026-11-02"));
        Assert.Single(await FilesAsync("2026-11-03"), f => f.IsImage);
        Assert.Equal(_tenant.History[^1].State, await StateAsync("2026-11-03"));
        // The first commit of the new day may be in both.
        Assert.Contains(await StateAsync("2026-11-02"), (string[])[last, _tenant.History[^10].State]);
        Assert.EndsWith("/2026-11-03/" + Name, database.Snapshot().ReplicaUrl, StringComparison.Ordinal);
    }

    /// <summary>Half a minute before midnight to half a minute behind it: whatever was acknowledged is in the newest day there is.</summary>
    [Fact]
    public async Task At_no_moment_around_midnight_does_the_newest_day_lack_an_acknowledged_commit()
    {
        var database = await _tenant.BeginAsync();
        await _tenant.QuietAsync(database, new DateTimeOffset(2026, 11, 2, 23, 59, 30, TimeSpan.FromHours(5.5)) - _time.GetUtcNow());
        using var application = new Application(_folder.PathOf(Name));
        for (var i = 0; i < 60; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await _tenant.CommitAsync(database, application);
            Assert.Equal(_tenant.History[^1].State, await StateAsync(await NewestAsync()));
        }
        Assert.Equal(2, Days().Count);
        await _tenant.SettleAsync(database);
        await using (var old = At("2026-11-02"))
            Assert.Contains(TenantInTime.StateOf(await old.RestoreAsync(Name)), _tenant.History.Where(h => h.At < new DateTimeOffset(2026, 11, 2, 18, 30, 2, TimeSpan.Zero)).TakeLast(2).Select(h => h.State));
        await _folder.SpoolIsEmptyAsync();
    }

    [Fact]
    public async Task An_idle_database_stays_in_its_day_and_costs_nothing_until_it_commits_again()
    {
        var database = await _tenant.BeginAsync();
        await WriteAsync(database, 3);
        await _tenant.QuietAsync(database, TimeSpan.FromDays(4));
        var (requests, before) = (_folder.Store!.Replicas[0].Requests.Values.Sum(), await FilesAsync("2026-11-02"));
        await _tenant.QuietAsync(database, TimeSpan.FromDays(30));
        Assert.Equal(requests, _folder.Store.Replicas[0].Requests.Values.Sum());
        Assert.Equal(["2026-11-02"], Days());
        Assert.Equal(before, await FilesAsync("2026-11-02"));
        // Nor does a restart begin one.
        await _folder.StopAsync();
        _folder.Open();
        database = _folder.Register(Name);
        _time.Advance(TimeSpan.FromHours(1));
        await ReplicatedFolder.WaitAsync(() => database.Snapshot() is { Status: DatabaseStatus.Active, Reason: DatabaseReason.Cold }, "looked at");
        Assert.Equal(["2026-11-02"], Days());
        await WriteAsync(database, 2);
        await _tenant.SettleAsync(database);
        Assert.Equal(_tenant.History[^1].State, await StateAsync(await NewestAsync()));
        Assert.True(string.CompareOrdinal(Days()[^1], "2026-12-05") > 0, Days()[^1]);
    }

    [Fact]
    public async Task Whole_old_days_go_when_no_moment_of_the_window_needs_them()
    {
        Directory.CreateDirectory(_place["not-a-day"]);
        Directory.CreateDirectory(_place["2020-01-01/somebody"]);
        File.WriteAllText(_place["2020-01-01/somebody/notes"], "kept");
        var database = await _tenant.BeginAsync();
        for (var day = 0; day < 6; day++)
        {
            await WriteAsync(database, 8, after: TimeSpan.FromSeconds(20));
            await _tenant.SettleAsync(database);
            Assert.True(Days().Count(d => d.StartsWith("2026", StringComparison.Ordinal)) <= 4, string.Join(' ', Days()));
            await EveryMomentOfTheWindowRestoresAsync();
            await _tenant.QuietAsync(database, TimeSpan.FromHours(25));
        }
        // Nobody writes any more: the old ones go by themselves, the one in use stays.
        await _tenant.QuietAsync(database, TimeSpan.FromDays(7));
        Assert.Equal(["2020-01-01", "2026-11-07"], Days());
        Assert.Equal(_tenant.History[^1].State, await StateAsync("2026-11-07"));
        Assert.True(File.Exists(_place["2020-01-01/somebody/notes"]) && Directory.Exists(_place["not-a-day"]));
    }

    [Fact]
    public async Task A_day_in_which_something_else_lies_is_not_touched()
    {
        var database = await _tenant.BeginAsync();
        await WriteAsync(database, 2);
        File.WriteAllText(_place[$"2026-11-02/{Name}/ltx/0/notes.txt"], "mine");
        await WriteAsync(database, 2, after: TimeSpan.FromDays(1));
        await _tenant.SettleAsync(database);
        var before = await FilesAsync("2026-11-02");
        await _tenant.QuietAsync(database, TimeSpan.FromDays(5));
        Assert.Equal(before, await FilesAsync("2026-11-02"));
        File.Delete(_place[$"2026-11-02/{Name}/ltx/0/notes.txt"]);
        await _tenant.QuietAsync(database, TimeSpan.FromDays(2));
        Assert.Equal(["2026-11-03"], Days());
    }

    /// <summary>The agent ended between the files and the folders: listed, the day holds nothing, and nobody would ever look at it again.</summary>
    [Fact]
    public async Task A_day_of_which_a_crash_left_the_empty_folders_goes_too()
    {
        Directory.CreateDirectory(_place[$"2026-10-20/{Name}/ltx/0"]);
        Directory.CreateDirectory(_place[$"2026-10-20/{Name}/ltx/1"]);
        Directory.CreateDirectory(_place[$"2026-10-21/{Name}/ltx/0"]);
        Directory.CreateDirectory(_place["2026-10-21/another-tenant/ltx"]);
        var database = await _tenant.BeginAsync();
        await WriteAsync(database, 2);
        await WriteAsync(database, 2, after: TimeSpan.FromDays(1));
        await _tenant.SettleAsync(database);
        await _tenant.QuietAsync(database, TimeSpan.FromDays(5));
        Assert.Equal(["2026-10-21", "2026-11-03"], Days());
        Assert.Equal([_place["2026-10-21/another-tenant"]], Directory.GetDirectories(_place["2026-10-21"]));
    }

    /// <summary>The agent ended when it had noted the new day and put nothing there: the old one is still the newest that exists.</summary>
    [Fact]
    public async Task A_crash_between_the_note_of_a_day_and_its_image_loses_nothing()
    {
        var database = await _tenant.BeginAsync();
        await WriteAsync(database, 3);
        await _folder.StopAsync();
        Assert.Equal("1", ReplicatedFolder.Scalar(Path.Combine(_folder.State, "books.db"), "UPDATE replica SET day = day + 1 RETURNING 1"));
        Assert.Equal(_tenant.History[^1].State, await StateAsync(await NewestAsync()));
        _time.Advance(TimeSpan.FromDays(1));
        _folder.Open();
        database = _folder.Register(Name);
        await WriteAsync(database, 3);
        await _tenant.SettleAsync(database);
        Assert.Equal(["2026-11-02", "2026-11-03"], Days());
        Assert.Equal(_tenant.History[^1].State, await StateAsync("2026-11-03"));
    }

    /// <summary>The new day cannot be begun for hours, over a restart, while commits go on.</summary>
    [Fact]
    public async Task A_place_that_is_away_over_midnight_gets_everything_when_it_is_back()
    {
        var database = await _tenant.BeginAsync();
        await WriteAsync(database, 3);
        await _tenant.QuietAsync(database, TimeSpan.FromHours(23.4));
        var blocked = new BlockedFolder(_place.Path);
        _time.Advance(TimeSpan.FromHours(1));
        string expected;
        using (var application = new Application(_folder.PathOf(Name)))
        {
            for (var i = 0; i < 5; i++)
            {
                application.Sql("INSERT INTO t (v) VALUES (hex(randomblob(500)))");
                database.Notice(FileEvent.Wal);
                await ReplicatedFolder.WaitAsync(() => { _time.Advance(TimeSpan.FromMilliseconds(50)); return database.Snapshot().Txid.Value >= (ulong)(5 + i); }, "captured");
            }
            expected = application.Sql(TenantInTime.State)[0];
        }
        await _folder.DropAsync();
        blocked.Unblock();
        _folder.Open();
        database = _folder.Register(Name);
        await ReplicatedFolder.WaitAsync(() => { _time.Advance(TimeSpan.FromMilliseconds(50)); return database.Snapshot() is var s && s.ReplicatedTxid == s.Txid && !s.Txid.IsNone && s.Status == DatabaseStatus.Active; }, "published");
        Assert.Equal(expected, await StateAsync(await NewestAsync()));
        await WriteAsync(database, 2);
        await _tenant.SettleAsync(database);
        Assert.Equal(["2026-11-02", "2026-11-03"], Days());
        Assert.Equal(_tenant.History[^1].State, await StateAsync("2026-11-03"));
    }

    [Fact]
    public async Task A_lost_state_directory_goes_on_with_the_newest_day_that_exists()
    {
        var database = await _tenant.BeginAsync();
        await WriteAsync(database, 3);
        await _folder.StopAsync();
        Directory.Delete(_folder.State, recursive: true);
        _time.Advance(TimeSpan.FromDays(3));
        _folder.Open();
        database = _folder.Register(Name);
        await WriteAsync(database, 3);
        await _tenant.SettleAsync(database);
        // The old day was taken over, fence first, before the new one began.
        Assert.Equal(2, Days().Count);
        Assert.Equal(["2026-11-02", "2026-11-05"], Days());
        Assert.Contains(await FilesAsync("2026-11-02"), f => f.IsEmpty);
        Assert.Equal(_tenant.History[^1].State, await StateAsync("2026-11-05"));
    }

    [Fact]
    public async Task A_day_that_another_agent_began_is_not_touched()
    {
        var database = await _tenant.BeginAsync();
        await WriteAsync(database, 2);
        _time.Advance(TimeSpan.FromDays(1));
        await using (var foreign = new ReplicatedFolder { RootAt = ReplicaRoot.Parse("file://" + _place["2026-11-03"], new() { PathOf = name => name }), Time = _time })
        {
            using var theirs = foreign.NewTenant();
            foreign.Open();
            await ReplicatedFolder.WriteAsync(theirs, foreign.Register(Name), 3);
            await foreign.StopAsync();
        }
        _time.Advance(TimeSpan.FromMinutes(5));
        var before = await FilesAsync("2026-11-03");
        using var application = new Application(_folder.PathOf(Name));
        application.Sql("INSERT INTO t (v) VALUES ('after theirs')");
        database.Notice(FileEvent.Wal);
        await ReplicatedFolder.WaitAsync(() => { _time.Advance(TimeSpan.FromMilliseconds(50)); return database.Snapshot().Status == DatabaseStatus.SplitBrain; }, "named");
        Assert.Equal(before, await FilesAsync("2026-11-03"));
    }

    /// <summary>Both looked, both saw nothing, both published: whoever sees the other's file behind that stops.</summary>
    [Fact]
    public async Task Two_agents_that_begin_a_day_in_the_same_moment_see_each_other()
    {
        var database = await _tenant.BeginAsync();
        await WriteAsync(database, 2);
        database.State.Replicas[0].IsDayNew = true;
        File.Copy(Directory.GetFiles(_place[$"2026-11-02/{Name}/ltx/1"])[0], _place[$"2026-11-02/{Name}/ltx/1/{LtxFile.NameOf(new(1), new(2))}"]);
        using var application = new Application(_folder.PathOf(Name));
        application.Sql("INSERT INTO t (v) VALUES ('behind theirs')");
        database.Notice(FileEvent.Wal);
        await ReplicatedFolder.WaitAsync(() => { _time.Advance(TimeSpan.FromMilliseconds(50)); return database.Snapshot().Status == DatabaseStatus.SplitBrain; }, "named");
    }

    /// <summary>One replica with days and one without: each as it is meant, the same transactions.</summary>
    [Fact]
    public async Task Days_of_one_replica_are_nothing_to_the_other()
    {
        await using var plain = new ReplicatedFolder { BackupsAt = _place["plain"], DataAt = _folder.Data };
        _folder.OtherRoots = [ReplicaRoot.Parse("file://" + _place["plain"])];
        var database = await _tenant.BeginAsync();
        for (var day = 0; day < 3; day++)
        {
            await WriteAsync(database, 5);
            await _tenant.QuietAsync(database, TimeSpan.FromHours(24));
        }
        await WriteAsync(database, 5);
        await _tenant.SettleAsync(database);
        Assert.Equal(["2026-11-03", "2026-11-04", "2026-11-05"], Days().TakeLast(3));
        Assert.Equal(_tenant.History[^1].State, await StateAsync(await NewestAsync()));
        Assert.Equal(_tenant.History[^1].State, TenantInTime.StateOf(await plain.RestoreAsync(Name)));
        Assert.DoesNotContain(await plain.ListAllAsync(Name), f => f is { IsImage: true, Level: 1, MaxTxid.Value: > 2 });
    }

    [Theory]
    [InlineData("s3://fleet/", "")]
    [InlineData("s3://fleet/some/path/", "some/path/")]
    public async Task Days_in_a_bucket_begin_and_go_like_those_of_a_folder(string before, string prefix)
    {
        await using var server = await S3Server.StartAsync("fleet");
        // A bucket says when a file was uploaded: the clock begins with the server's.
        var time = new ManualTime { Epoch = DateTimeOffset.UtcNow.AddDays(-1) };
        var access = new ReplicaAccess { AccessKeyId = S3Server.AccessKeyId, SecretAccessKey = S3Server.SecretAccessKey, PathOf = _ => "" };
        var (root, days) = DayFolders.Split(DatedText.Of([before, "%Y/%m", "/d", "%d", $"/app?endpoint={server.Endpoint}&region=us-east-1"]));
        using var bucket = ReplicaRoot.Parse(root, access with { Days = days, Time = time });
        await using var folder = new ReplicatedFolder { Time = time, RootAt = bucket, Options = new() { StateDirectory = "", Points = new() { SnapshotRetention = TimeSpan.FromDays(9) } } };
        var (tenant, begun) = (new TenantInTime(folder), new List<string>());
        var database = await tenant.BeginAsync();
        for (var day = 0; day < 4; day++)
        {
            using (var application = new Application(folder.PathOf(Name)))
                await tenant.CommitAsync(database, application);
            await tenant.SettleAsync(database);
            begun.Add(prefix + time.GetUtcNow().ToString("yyyy/MM/'d'dd'/app/'"));
            Assert.Contains(server.Store.Keys("fleet"), k => k.StartsWith(begun[^1] + "0001/0000000000000001-", StringComparison.Ordinal));
            await tenant.QuietAsync(database, TimeSpan.FromDays(1));
        }
        Assert.All(begun, b => Assert.Contains(server.Store.Keys("fleet"), k => k.StartsWith(b, StringComparison.Ordinal)));
        var newest = (await bucket.FindNewestDayAsync(Name, after: null, before: null, default))!.Value;
        await using var alone = new ReplicatedFolder { RootAt = ReplicaRoot.Parse(bucket.UrlOf(bucket.PathOn(newest, Name)), access) };
        Assert.Equal(tenant.History[^1].State, TenantInTime.StateOf(await alone.RestoreAsync(Name)));
        await tenant.QuietAsync(database, TimeSpan.FromDays(12));
        Assert.All(server.Store.Keys("fleet").Where(k => k.EndsWith(".ltx", StringComparison.Ordinal)), k => Assert.StartsWith(begun[^1], k, StringComparison.Ordinal));
        Assert.Equal(tenant.History[^1].State, TenantInTime.StateOf(await alone.RestoreAsync(Name)));
    }

    /// <summary>The pair of empty files behind the last commits, made on another day, is no commit: with an application that stays connected, too.</summary>
    [Fact]
    public async Task What_falls_due_for_an_idle_database_begins_no_day()
    {
        var database = await _tenant.BeginAsync();
        using var application = new Application(_folder.PathOf(Name));
        await _tenant.CommitAsync(database, application);
        await _tenant.QuietAsync(database, TimeSpan.FromDays(3));
        Assert.Contains(await FilesAsync("2026-11-02"), f => f.IsEmpty && f.Level == 1);
        File.SetLastWriteTimeUtc(_folder.PathOf(Name), DateTime.UtcNow);
        database.Notice(FileEvent.Database);
        await ReplicatedFolder.SyncAsync(database);
        await _tenant.SettleAsync(database);
        Assert.Equal(["2026-11-02"], Days());
    }

    private ReplicatedFolder NewFolder(TimeSpan window)
    {
        var (root, days) = DayFolders.Split(DatedText.Of([_place.Path + "/", "%Y-%m-%d", ""]));
        return new()
        {
            Time = _time,
            RootAt = ReplicaRoot.Parse(root, new() { Days = days, Time = _time, PathOf = name => name }),
            Options = new() { StateDirectory = "", Points = new() { SnapshotRetention = window } },
        };
    }

    private async Task WriteAsync(Database database, int commits, TimeSpan after = default)
    {
        await _tenant.QuietAsync(database, after);
        using var application = new Application(_folder.PathOf(Name));
        for (var i = 0; i < commits; i++)
            await _tenant.CommitAsync(database, application);
    }

    /// <summary>Of each half minute of the last two days what the tenant had then; in some day.</summary>
    private async Task EveryMomentOfTheWindowRestoresAsync()
    {
        var from = _time.GetUtcNow() - TimeSpan.FromDays(2);
        foreach (var (at, state) in _tenant.History.Where(h => h.At > from).Append(_tenant.History.LastOrDefault(h => h.At <= from)).Where(h => h.State is not null))
        {
            // Just before the next one.
            var next = _tenant.History.Select(h => h.At).Where(t => t > at).DefaultIfEmpty(_time.GetUtcNow()).Min();
            var boundary = CompactionSchedule.NextBoundary(at, TimeSpan.FromSeconds(30));
            if (boundary >= next)
                continue;
            var moment = boundary > from ? boundary : from;
            var day = await _folder.RootAt!.FindNewestDayAsync(Name, after: null, before: moment, default);
            await using var there = At(day!.Value.ToString("yyyy-MM-dd"));
            Assert.Equal(state, TenantInTime.StateOf(await there.RestoreAtAsync(Name, new(null, moment))));
        }
    }

    private List<string> Days() => [.. Directory.GetDirectories(_place.Path).Select(f => Path.GetFileName(f)!).Where(n => n.StartsWith("20", StringComparison.Ordinal)).Order()];

    /// <summary>The newest day that holds anything.</summary>
    private async Task<string> NewestAsync() =>
        (await _folder.RootAt!.FindNewestDayAsync(Name, after: null, before: null, default))!.Value.ToString("yyyy-MM-dd");

    private ReplicatedFolder At(string day) => new() { RootAt = ReplicaRoot.Parse("file://" + _place[day], new() { PathOf = name => name }), DataAt = _folder.Data };

    private async Task<IReadOnlyList<LtxFile>> FilesAsync(string day)
    {
        await using var there = At(day);
        return await there.ListAllAsync(Name);
    }

    private async Task<string> StateAsync(string day)
    {
        await using var there = At(day);
        return TenantInTime.StateOf(await there.RestoreAsync(Name));
    }
}
