using Litestream.Storage;

namespace Litestream.Core.Tests.Replication;

/// <summary>Two replicas of a database that go back differently far, and differently fine: each restores what it promises and holds no more than that needs.</summary>
public sealed class TwoWindowsTests : IAsyncLifetime, IAsyncDisposable
{
    private static readonly RestorePoints Near = new()
    {
        L0Retention = TimeSpan.FromMinutes(30),
        LevelIntervals = [TimeSpan.FromSeconds(30)],
        SnapshotInterval = TimeSpan.FromHours(1),
        SnapshotRetention = TimeSpan.FromHours(3),
    };

    private static readonly RestorePoints Far = new()
    {
        L0Retention = TimeSpan.FromMinutes(10),
        SnapshotInterval = TimeSpan.FromHours(6),
        SnapshotRetention = TimeSpan.FromHours(12),
    };

    private readonly ReplicatedFolder _folder;
    private readonly ReplicatedFolder _second;
    private readonly TenantInTime _tenant;

    public TwoWindowsTests()
    {
        _folder = new()
        {
            Time = new ManualTime { Epoch = new DateTimeOffset(DateTime.UtcNow.Date, TimeSpan.Zero) },
            Options = new() { StateDirectory = "", Points = Near },
        };
        _second = new() { BackupsAt = _folder.Backups + "-2", DataAt = _folder.Data };
        _folder.OtherRoots = [ReplicaRoot.Parse("file://" + _second.Backups, new() { Points = Far })];
        _tenant = new(_folder);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _second.DisposeAsync();
        await _folder.DisposeAsync();
    }

    async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();

    [Fact]
    public async Task Each_restores_every_moment_of_its_own_window_and_holds_nothing_older()
    {
        var database = await _tenant.BeginAsync();
        foreach (var hour in (double[])[0.5, 3, 7, 11, 14, 17, 19, 20, 21.1, 21.5, 22, 22.4, 22.8, 23.2, 23.5])
            await _tenant.BurstAsync(database, hour, seconds: 120, everySeconds: 5);
        await _tenant.BurstAsync(database, 23.9, seconds: 180, everySeconds: 2);
        await _tenant.SettleAsync(database);

        await _tenant.EveryMomentRestoresAsync(_folder, Near);
        await _tenant.EveryMomentRestoresAsync(_second, Far);
        var near = await _tenant.HoldsItsWindowAndNoMoreAsync(_folder, Near);
        var far = await _tenant.HoldsItsWindowAndNoMoreAsync(_second, Far);
        Assert.DoesNotContain(near, f => f.Level is 2 or 3);
        Assert.Contains(far, f => f.Level == 3);
        Assert.True(near.Min(f => f.CreatedAt) > far.Min(f => f.CreatedAt) + TimeSpan.FromHours(6));
    }

    /// <summary>Nobody writes any more: each has its own moment at which something falls due, and then nothing ever is.</summary>
    [Fact]
    public async Task Of_a_quiet_database_each_ends_with_one_image_in_its_own_time()
    {
        var database = await _tenant.BeginAsync();
        await _tenant.BurstAsync(database, 0.1, seconds: 60, everySeconds: 5);
        await _tenant.QuietAsync(database, Near.SnapshotRetention + Near.SnapshotInterval * 2);
        Assert.Single(await _folder.ListAllAsync(ReplicatedFolder.Name), f => f.MaxTxid.Value > 1 && !f.IsEmpty);
        Assert.True((await _second.ListAllAsync(ReplicatedFolder.Name)).Count(f => !f.IsEmpty) > 1);
        await _tenant.QuietAsync(database, TimeSpan.FromDays(2));
        foreach (var replica in (ReplicatedFolder[])[_folder, _second])
        {
            Assert.Single(await replica.ListAllAsync(ReplicatedFolder.Name), f => !f.IsEmpty);
            Assert.Equal(_tenant.History[^1].State, TenantInTime.StateOf(await replica.RestoreAsync(ReplicatedFolder.Name)));
        }
        var requests = _folder.Store!.Replicas.Sum(r => r.Requests.Values.Sum());
        await _tenant.QuietAsync(database, TimeSpan.FromDays(30));
        Assert.Equal(requests, _folder.Store.Replicas.Sum(r => r.Requests.Values.Sum()));
    }
}
