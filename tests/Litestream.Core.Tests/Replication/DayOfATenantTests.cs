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

    private static readonly RestorePoints Points = new() { L0Retention = TimeSpan.FromMinutes(10), SnapshotInterval = TimeSpan.FromHours(6), SnapshotRetention = TimeSpan.FromHours(12) };

    private readonly ManualTime _time = new() { Epoch = new DateTimeOffset(DateTime.UtcNow.Date, TimeSpan.Zero) };
    private readonly ConcurrentQueue<string> _log = [];
    private readonly ReplicatedFolder _folder;
    private readonly TenantInTime _tenant;

    public DayOfATenantTests()
    {
        _folder = new() { Time = _time, Logging = new KeptLog(_log), Options = new() { StateDirectory = "", Points = Points } };
        _tenant = new(_folder);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _folder.DisposeAsync();

    async ValueTask IAsyncDisposable.DisposeAsync() => await _folder.DisposeAsync();

    [Fact]
    public async Task Every_second_of_L0_and_every_half_minute_of_the_window_restores_to_what_the_application_had()
    {
        var database = await _tenant.BeginAsync();
        foreach (var hour in (double[])[0.5, 1, 3, 3.25, 7, 11, 13, 14, 14.1, 20, 23])
            await _tenant.BurstAsync(database, hour, seconds: 120, everySeconds: 7);
        await _tenant.BurstAsync(database, 23.9, seconds: 300, everySeconds: 1);
        await _tenant.SettleAsync(database);

        await _tenant.EveryMomentRestoresAsync(_folder, Points);
        await ObjectsAreAsDesignedAsync();
    }

    [Fact]
    public async Task A_tenant_that_has_gone_quiet_ends_with_one_snapshot_and_is_never_asked_about_again()
    {
        var database = await _tenant.BeginAsync();
        await _tenant.BurstAsync(database, 0.1, seconds: 60, everySeconds: 5);
        var state = _tenant.History[^1].State;
        await _tenant.QuietAsync(database, TimeSpan.FromDays(3));

        var kept = await _folder.ListAllAsync(Name);
        Assert.Equal(["0 empty", "1 empty", "9 image"], kept.Select(f => $"{f.Level} {(f.IsEmpty ? "empty" : f.IsImage ? "image" : "pages")}").Order(StringComparer.Ordinal));
        Assert.Equal(kept.Single(f => f.IsImage).MaxTxid.Next, kept.First(f => f.IsEmpty).MaxTxid);
        Assert.Equal(state, TenantInTime.StateOf(await _folder.RestoreAsync(Name)));

        var requests = _folder.Store!.Replicas[0].Requests.Values.Sum();
        await _tenant.QuietAsync(database, TimeSpan.FromDays(30));
        Assert.Equal(requests, _folder.Store.Replicas[0].Requests.Values.Sum());
        Assert.Equal(kept, await _folder.ListAllAsync(Name));

        // And it goes on from there.
        await _tenant.BurstAsync(database, (_time.GetUtcNow() - _time.Epoch).TotalHours - 24 + 0.1, seconds: 60, everySeconds: 5);
        await _tenant.SettleAsync(database);
        Assert.Equal(_tenant.History[^1].State, TenantInTime.StateOf(await _folder.RestoreAsync(Name)));
    }

    private async Task ObjectsAreAsDesignedAsync()
    {
        var files = await _tenant.HoldsItsWindowAndNoMoreAsync(_folder, Points);
        var windowBegins = files.Where(f => f.IsImage).MinBy(f => f.CreatedAt);
        // One L1 for each half minute with commits, one L2 for each five minutes, one L3 for each hour, at most.
        var commits = _tenant.History.Where(h => h.At > windowBegins.CreatedAt).Select(h => h.At.UtcTicks).ToList();
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
}
