using System.Globalization;
using Litestream.Ltx;
using Litestream.Replication;

namespace Litestream.Core.Tests.Replication;

/// <summary>A tenant whose clock is told to go on: hours of bursts and quiet in seconds of the test, and what it held at each commit.</summary>
/// <param name="folder">With a clock of this kind.</param>
internal sealed class TenantInTime(ReplicatedFolder folder)
{
    private const string Name = ReplicatedFolder.Name;
    public const string State = "SELECT count(*), total(id), total(length(v)) FROM t";

    private readonly ManualTime _time = (ManualTime)folder.Time;
    private int _commits;

    /// <summary>When which state was committed.</summary>
    public List<(DateTimeOffset At, string State)> History { get; } = [];

    /// <summary>Its first state is in every replica.</summary>
    public async Task<Database> BeginAsync()
    {
        folder.NewTenant().Dispose();
        var database = await folder.BeginAsync(Name);
        return database;
    }

    /// <summary>At an hour of the day, commits at seconds of an uneven rhythm; the application is connected only meanwhile.</summary>
    public async Task BurstAsync(Database database, double hour, int seconds, int everySeconds)
    {
        await QuietAsync(database, _time.Epoch.AddDays(1).AddHours(hour) - _time.GetUtcNow());
        using var application = new Application(folder.PathOf(Name));
        for (var second = 0; second < seconds; second++)
        {
            await AdvanceAsync(database, TimeSpan.FromSeconds(1));
            if (second % everySeconds == 0)
                await CommitAsync(database, application);
        }
        await SettleAsync(database);
    }

    public async Task CommitAsync(Database database, Application application)
    {
        _time.Advance(TimeSpan.FromMilliseconds(137));
        application.Sql((++_commits % 25) switch
        {
            11 => "DELETE FROM t WHERE id % 3 = 0",
            17 => "VACUUM",
            _ => string.Create(CultureInfo.InvariantCulture, $"INSERT INTO t (v) VALUES (hex(randomblob({50 + (_commits * 37 % 2000)})))"),
        });
        await ReplicatedFolder.SyncAsync(database);
        History.Add((_time.GetUtcNow(), application.Sql(State)[0]));
        _time.Advance(TimeSpan.FromMilliseconds(863));
    }

    /// <summary>Nobody writes; only the sweep comes by.</summary>
    public async Task QuietAsync(Database database, TimeSpan time)
    {
        for (var end = _time.GetUtcNow() + time; _time.GetUtcNow() < end;)
        {
            // A merger that is due is not slept through, as a real clock would not.
            var step = TimeSpan.FromSeconds(database.State.Replicas.All(r => r.CompactionAt == Lane.Never) ? 600 : 1);
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
                return database.State.Replicas.All(r => r.CompactionAt > _time.GetTimestamp() && r.PeekStaged() is null);
            },
            "what is due is done");
    }

    /// <summary>Until nothing is left to delete, to merge or to image at this moment.</summary>
    public async Task SettleAsync(Database database) =>
        await ReplicatedFolder.WaitAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(1));
                var now = _time.GetUtcNow();
                if (database.State.PairWantedBy is not null || database.State.Replicas.Any(r => r.PeekStaged() is not null || r.CompactionAt <= _time.GetTimestamp()))
                    return false;
                var isDue = database.State.Replicas.Any(r => r.Book.DueAt <= now);
                if (isDue)
                    database.Notice(FileEvent.Sweep);
                return !isDue;
            },
            "settled");

    /// <summary>Every second of captured rounds, and of the rest of the window every half minute.</summary>
    public async Task EveryMomentRestoresAsync(ReplicatedFolder replica, RestorePoints points)
    {
        await EveryMomentRestoresAsync(replica, _time.GetUtcNow() - points.L0Retention, TimeSpan.FromSeconds(1));
        await EveryMomentRestoresAsync(replica, _time.GetUtcNow() - points.SnapshotRetention, TimeSpan.FromSeconds(30));
    }

    /// <summary>One image from before the window, and nothing else that is older; no captured round that is older than they are kept. Answers the files.</summary>
    public async Task<IReadOnlyList<LtxFile>> HoldsItsWindowAndNoMoreAsync(ReplicatedFolder replica, RestorePoints points)
    {
        var (files, now) = (await replica.ListAllAsync(Name), _time.GetUtcNow());
        var merged = files.Where(f => f.Level == 1).Max(f => f.MaxTxid);
        Assert.All(files.Where(f => f.Level == 0 && f.MaxTxid <= merged).SkipLast(1), f => Assert.True(f.CreatedAt > now - points.L0Retention - TimeSpan.FromSeconds(31), $"{f} is older than L0 is kept"));
        var windowBegins = files.Where(f => f.IsImage).MinBy(f => f.CreatedAt);
        Assert.True(windowBegins.CreatedAt <= now - points.SnapshotRetention, $"the window begins with {windowBegins}");
        Assert.Single(files, f => f.IsImage && f.CreatedAt <= now - points.SnapshotRetention);
        Assert.All(files.Where(f => f != windowBegins), f => Assert.True(f.MaxTxid > windowBegins.MaxTxid, $"{f} lies before the window"));
        return files;
    }

    /// <summary>Of a restored file, to compare with the history.</summary>
    public static string StateOf(string path) => string.Join('\t', ReplicatedFolder.Row(path, State));

    /// <summary>Each moment at which something else must come out than at the one before, up to the last state.</summary>
    private async Task EveryMomentRestoresAsync(ReplicatedFolder replica, DateTimeOffset from, TimeSpan step)
    {
        var (checkedMoments, last) = (0, "");
        var first = from.Ticks % step.Ticks == 0 ? from : from.AddTicks(step.Ticks - from.Ticks % step.Ticks);
        for (var moment = first; moment <= History[^1].At + step; moment += step)
        {
            var expected = History.LastOrDefault(h => h.At < moment).State;
            if (expected == last || expected is null)
                continue;
            last = expected;
            checkedMoments++;
            var restored = StateOf(await replica.RestoreAtAsync(Name, new(null, moment)));
            Assert.True(expected == restored, $"at {moment:O} the application had {expected}, the restore has {restored}");
        }
        Assert.True(checkedMoments > 30, $"only {checkedMoments} moments differed");
    }
}
