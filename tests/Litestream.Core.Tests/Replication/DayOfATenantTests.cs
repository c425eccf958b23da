using System.Collections.Concurrent;
using System.Globalization;
using Litestream.Ltx;
using Litestream.Replication;

namespace Litestream.Core.Tests.Replication;

/// <summary>
/// A day of a tenant's life under a clock that the test moves: bursts, quiet hours, deletes, VACUUM. The application writes down what it had when, and
/// every moment that the levels promise must restore to that. Times are scaled: one hour of L0 is ten minutes here, a day of history half a day.
/// </summary>
public sealed class DayOfATenantTests : IAsyncLifetime, IAsyncDisposable
{
    private const string Name = ReplicatedFolder.Name;
    private const string State = "SELECT count(*), total(id), total(length(v)) FROM t";

    private static readonly TimeSpan L0Retention = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Window = TimeSpan.FromHours(12);

    private readonly ManualTime _time = new() { Epoch = new DateTimeOffset(DateTime.UtcNow.Date, TimeSpan.Zero) };
    private readonly ConcurrentQueue<string> _log = [];
    private readonly List<(DateTimeOffset At, string State)> _history = [];
    private readonly ReplicatedFolder _folder;
    private int _commits;

    public DayOfATenantTests()
    {
        var options = new StoreOptions
        {
            StateDirectory = "",
            L0Retention = L0Retention,
            SnapshotInterval = TimeSpan.FromHours(6),
            SnapshotRetention = Window,
        };
        _folder = new() { Time = _time, Logging = new KeptLog(_log), Options = options };
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _folder.DisposeAsync();

    async ValueTask IAsyncDisposable.DisposeAsync() => await _folder.DisposeAsync();

    [Fact]
    public async Task Every_second_of_L0_and_every_half_minute_of_the_window_restores_to_what_the_application_had()
    {
        var database = await BeginAsync();
        foreach (var hour in (double[])[0.5, 1, 3, 3.25, 7, 11, 13, 14, 14.1, 20, 23])
            await BurstAsync(database, hour, seconds: 120, everySeconds: 7);
        await BurstAsync(database, 23.9, seconds: 300, everySeconds: 1);
        await SettleAsync(database);

        await EveryMomentRestoresAsync(_time.GetUtcNow() - L0Retention, TimeSpan.FromSeconds(1));
        await EveryMomentRestoresAsync(_time.GetUtcNow() - Window, TimeSpan.FromSeconds(30));
        await ObjectsAreAsDesignedAsync();
    }

    [Fact]
    public async Task A_tenant_that_has_gone_quiet_ends_with_one_snapshot_and_is_never_asked_about_again()
    {
        var database = await BeginAsync();
        await BurstAsync(database, 0.1, seconds: 60, everySeconds: 5);
        var state = _history[^1].State;
        await QuietAsync(database, TimeSpan.FromDays(3));

        var kept = await AllFilesAsync();
        Assert.Equal(["0 empty", "1 empty", "9 image"], kept.Select(f => $"{f.Level} {(f.IsEmpty ? "empty" : f.IsImage ? "image" : "pages")}").Order(StringComparer.Ordinal));
        Assert.Equal(kept.Single(f => f.IsImage).MaxTxid.Next, kept.First(f => f.IsEmpty).MaxTxid);
        Assert.Equal(state, StateOf(await _folder.RestoreAsync(Name)));

        var requests = _folder.Store!.Replicas[0].Requests.Values.Sum();
        await QuietAsync(database, TimeSpan.FromDays(30));
        Assert.Equal(requests, _folder.Store.Replicas[0].Requests.Values.Sum());
        Assert.Equal(kept, await AllFilesAsync());

        // And it goes on from there.
        await BurstAsync(database, (_time.GetUtcNow() - _time.Epoch).TotalHours - 24 + 0.1, seconds: 60, everySeconds: 5);
        await SettleAsync(database);
        Assert.Equal(_history[^1].State, StateOf(await _folder.RestoreAsync(Name)));
    }

    private async Task<Database> BeginAsync()
    {
        _folder.NewTenant().Dispose();
        _folder.Open();
        var database = _folder.Register(Name);
        await ReplicatedFolder.SyncAsync(database);
        return database;
    }

    /// <summary>At an hour of the day, commits at seconds of an uneven rhythm; the application is connected only meanwhile.</summary>
    private async Task BurstAsync(Database database, double hour, int seconds, int everySeconds)
    {
        await QuietAsync(database, _time.Epoch.AddDays(1).AddHours(hour) - _time.GetUtcNow());
        using var application = new Application(_folder.PathOf(Name));
        for (var second = 0; second < seconds; second++)
        {
            await AdvanceAsync(database, TimeSpan.FromSeconds(1));
            if (second % everySeconds == 0)
                await CommitAsync(database, application);
        }
        await SettleAsync(database);
    }

    private async Task CommitAsync(Database database, Application application)
    {
        _time.Advance(TimeSpan.FromMilliseconds(137));
        application.Sql((++_commits % 25) switch
        {
            11 => "DELETE FROM t WHERE id % 3 = 0",
            17 => "VACUUM",
            _ => string.Create(CultureInfo.InvariantCulture, $"INSERT INTO t (v) VALUES (hex(randomblob({50 + (_commits * 37 % 2000)})))"),
        });
        await ReplicatedFolder.SyncAsync(database);
        _history.Add((_time.GetUtcNow(), application.Sql(State)[0]));
        _time.Advance(TimeSpan.FromMilliseconds(863));
    }

    /// <summary>Nobody writes; only the sweep comes by.</summary>
    private async Task QuietAsync(Database database, TimeSpan time)
    {
        for (var end = _time.GetUtcNow() + time; _time.GetUtcNow() < end;)
        {
            // A merger that is due is not slept through, as a real clock would not.
            var step = TimeSpan.FromSeconds(database.State.Replicas[0].CompactionAt == Lane.Never ? 600 : 1);
            var left = end - _time.GetUtcNow();
            await AdvanceAsync(database, left < step ? left : step);
            database.Notice(FileEvent.Sweep);
            await SettleAsync(database);
        }
    }

    private async Task AdvanceAsync(Database database, TimeSpan time)
    {
        _time.Advance(time);
        await ReplicatedFolder.WaitAsync(
            () =>
            {
                // Timers come a millisecond late rather than early.
                _time.Advance(TimeSpan.FromMilliseconds(1));
                return database.State.Replicas[0].CompactionAt > _time.GetTimestamp() && database.State.Replicas[0].PeekStaged() is null;
            },
            "what is due is done");
    }

    /// <summary>Until nothing is left to delete, to merge or to image at this moment.</summary>
    private async Task SettleAsync(Database database) =>
        await ReplicatedFolder.WaitAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(1));
                var now = _time.GetUtcNow();
                if (database.State.Replicas[0].PeekStaged() is not null || database.State.PairWantedBy is not null || database.State.Replicas[0].CompactionAt <= _time.GetTimestamp())
                    return false;
                var isDue = database.State.Replicas[0].Book.DueAt <= now;
                if (isDue)
                    database.Notice(FileEvent.Sweep);
                return !isDue;
            },
            "settled");

    /// <summary>Each moment at which something else must come out than at the one before, up to the last state.</summary>
    private async Task EveryMomentRestoresAsync(DateTimeOffset from, TimeSpan step)
    {
        var (checkedMoments, last) = (0, "");
        var first = from.Ticks % step.Ticks == 0 ? from : from.AddTicks(step.Ticks - from.Ticks % step.Ticks);
        for (var moment = first; moment <= _history[^1].At + step; moment += step)
        {
            var expected = _history.LastOrDefault(h => h.At < moment).State;
            if (expected == last || expected is null)
                continue;
            last = expected;
            checkedMoments++;
            var restored = StateOf(await _folder.RestoreAtAsync(Name, new(null, moment)));
            Assert.True(expected == restored, $"at {moment:O} the application had {expected}, the restore has {restored}");
        }
        Assert.True(checkedMoments > 30, $"only {checkedMoments} moments differed");
    }

    private async Task ObjectsAreAsDesignedAsync()
    {
        var (files, now) = (await AllFilesAsync(), _time.GetUtcNow());
        var level1 = files.Where(f => f.Level == 1).ToList();
        Assert.All(files.Where(f => f.Level == 0 && f.MaxTxid <= level1[^1].MaxTxid).SkipLast(1), f => Assert.True(f.CreatedAt > now - L0Retention - TimeSpan.FromSeconds(31), $"{f} is older than L0 is kept"));
        var windowBegins = files.Where(f => f.IsImage).MinBy(f => f.CreatedAt);
        Assert.True(windowBegins.CreatedAt <= now - Window, $"the window begins with {windowBegins}");
        Assert.Single(files, f => f.IsImage && f.CreatedAt <= now - Window);
        Assert.All(files.Where(f => f != windowBegins), f => Assert.True(f.MaxTxid > windowBegins.MaxTxid, $"{f} lies before the window"));
        // One L1 for each half minute with commits, one L2 for each five minutes, one L3 for each hour, at most.
        var commits = _history.Where(h => h.At > windowBegins.CreatedAt).Select(h => h.At.UtcTicks).ToList();
        var bounds = new[] { TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5), TimeSpan.FromHours(1) };
        for (var level = 1; level <= bounds.Length; level++)
        {
            var (count, most) = (files.Count(f => f.Level == level), commits.Select(c => c / bounds[level - 1].Ticks).Distinct().Count());
            Assert.True(count <= most + 2, $"{count} files at level {level}, {most} intervals with commits");
            Assert.True(count > 0, $"nothing at level {level}");
        }
        // The base image went out once, as L1, and was never copied up.
        Assert.Single(_log, l => l.Contains("published L1 0000000000000001-", StringComparison.Ordinal));
        Assert.DoesNotContain(_log, l => l.Contains("published L2 0000000000000001-", StringComparison.Ordinal) || l.Contains("published L3 0000000000000001-", StringComparison.Ordinal));
        Assert.InRange(_log.Count(l => l.Contains("published L9 ", StringComparison.Ordinal)), 3, 4);
    }

    private async Task<List<LtxFile>> AllFilesAsync()
    {
        var files = new List<LtxFile>();
        for (var level = 0; level <= LtxFile.SnapshotLevel; level++)
            files.AddRange(await _folder.ListAsync(Name, level));
        return files;
    }

    private static string StateOf(string path) => string.Join('\t', ReplicatedFolder.Row(path, State));
}
