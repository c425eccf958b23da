using System.Diagnostics;
using Litestream.EndToEnd.Histories;

namespace Litestream.EndToEnd.Chaos;

/// <summary>
/// The whole of it: faults in rounds, as the schedule draws them, while somebody asks for syncs, somebody restores and judges, and somebody watches the store and
/// the agents; a calm now and again, in which everything must be well; and the end, where every replica is what its database is.
/// </summary>
internal sealed class ChaosRun(ChaosSite site, Action<string> say) : IDisposable
{
    private const int RoundsToACalm = 6;

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly CancellationTokenSource _over = new();
    private readonly Calm _calm = new(site);
    private readonly Usage _usage = new(site);

    private bool IsWell => site.Totals.Findings.Count == 0;

    public async Task RunAsync(IReadOnlyList<Fault> faults)
    {
        await _calm.ComeAsync(Calm.First);
        var watchers = new List<Task> { RepeatAsync(RestoreOneAsync), RepeatAsync(WatchAsync), RepeatAsync(AskApiAsync) };
        watchers.AddRange(site.Hosts.Select(host => RepeatAsync(() => AskAsync(host))));
        await StrikeAsync(faults);
        var recovered = IsWell && await _calm.ComeAsync(Calm.Usual);
        await _over.CancelAsync();
        await Task.WhenAll(watchers);
        if (recovered && IsWell)
            await new Ending(site).ComeAsync();
        site.Totals.Commits = site.Acks.Count;
    }

    public void Dispose() => _over.Dispose();

    private async Task StrikeAsync(IReadOnlyList<Fault> faults)
    {
        var schedule = new Schedule(site, faults, site.Options.Seed);
        for (var round = 1; IsWell && _clock.Elapsed.TotalSeconds < site.Options.Seconds; round++)
        {
            var strikes = schedule.NextRound();
            say($"{_clock.Elapsed.TotalSeconds:0.0} s: {string.Join(", ", strikes.Select(s => $"{s.Fault.Name} ({s.Host.Name})"))}");
            await Task.WhenAll(strikes.Select(StrikeAsync));
            if (IsWell && round % RoundsToACalm == 0 && await _calm.ComeAsync(Calm.Usual))
                say($"{_clock.Elapsed.TotalSeconds:0.0} s: calm; {site.Acks.Count} commits, {site.Totals.Syncs} syncs, {site.Totals.Restores} restores");
        }
    }

    private async Task StrikeAsync(Schedule.Strike strike)
    {
        await Task.Delay(strike.AfterMs);
        site.Totals.Struck(strike.Fault.Name);
        try
        {
            await strike.Fault.StrikeAsync(site, strike.Host, strike.Random);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            site.Find(Finding.Other, $"{strike.Fault.Name} on {strike.Host.Name}: {e}\n{strike.Host.Said}");
        }
    }

    /// <summary>Until it is over, or something was found.</summary>
    private Task RepeatAsync(Func<Task> work) => Task.Run(async () =>
    {
        try
        {
            while (!_over.IsCancellationRequested && IsWell)
            {
                await work();
                await Task.Delay(20);
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            site.Find(Finding.Other, e.ToString());
        }
    });

    private async Task AskAsync(ChaosHost host)
    {
        var tenant = host.Tenants[Random.Shared.Next(host.Tenants.Count)];
        if (site.Acks.Newest(tenant.Id) is { } acknowledged && await host.TrySyncAsync(tenant, TimeSpan.FromSeconds(5)))
            site.Witness.Promise(tenant, acknowledged);
        else
            await Task.Delay(100);
    }

    private async Task RestoreOneAsync()
    {
        var tenant = site.Tenants[Random.Shared.Next(site.Tenants.Count)];
        foreach (var copy in await site.RestoreAsync(tenant))
            File.Delete(copy.File);
        if (await site.HostOf(tenant).PointsAsync(tenant) is { Count: > 0 } points)
            await site.RestorePointAsync(tenant, points[Random.Shared.Next(points.Count)]);
        await Task.Delay(200);
    }

    private async Task AskApiAsync()
    {
        await Task.Delay(1000);
        await site.Api.LookAsync();
    }

    private async Task WatchAsync()
    {
        await Task.Delay(1000);
        _usage.Look();
        foreach (var complaint in site.Hosts.Select(host => host.Complaint).OfType<string>())
            site.Find(Finding.Other, complaint);
        await site.Store.IsUp.WaitAsync();
        try
        {
            await site.Overwrites.LookAsync();
        }
        finally
        {
            site.Store.IsUp.Release();
        }
    }
}
