using System.Diagnostics;
using Litestream.EndToEnd.Histories;

namespace Litestream.EndToEnd.Chaos;

/// <summary>No fault: within a minute every tenant is synced again, or says why not, and the fleet's API shows it as it is.</summary>
internal sealed class Calm(ChaosSite site)
{
    public static readonly TimeSpan Usual = TimeSpan.FromSeconds(60);

    /// <summary>Programs are compiled and read for the first time.</summary>
    public static readonly TimeSpan First = TimeSpan.FromSeconds(120);

    /// <summary>From an agent to the fleet's API.</summary>
    private static readonly TimeSpan Report = TimeSpan.FromSeconds(20);

    /// <summary>Why a tenant may stand still for longer: somebody else may own its chain, and that has to be found out.</summary>
    private static readonly string[] ByDesign = ["recent-foreign-writer"];

    private static readonly TimeSpan DesignPatience = TimeSpan.FromSeconds(180);

    /// <summary>False when something was found.</summary>
    public async Task<bool> ComeAsync(TimeSpan patience)
    {
        var clock = Stopwatch.StartNew();
        var scaled = patience * ChaosSite.Load;
        await Task.WhenAll(site.Tenants.Select(tenant => Task.Run(() => RecoverAsync(tenant, clock, scaled))));
        var recovered = clock.Elapsed;
        // Who was stopped by design comes to it a moment later, too.
        var view = recovered + Report > scaled ? recovered + Report : scaled;
        await Task.WhenAll(site.Tenants.Select(tenant => Task.Run(() => site.Api.AgreesAsync(tenant, clock, view))));
        site.Totals.Calms++;
        if (patience == Usual)
            site.Totals.Allowed(scaled);
        if (patience == Usual && recovered > site.Totals.SlowestRecovery)
            site.Totals.SlowestRecovery = recovered;
        if (patience == Usual && clock.Elapsed > site.Totals.SlowestView)
            site.Totals.SlowestView = clock.Elapsed;
        return site.Totals.Findings.Count == 0;
    }

    private async Task RecoverAsync(Tenant tenant, Stopwatch clock, TimeSpan patience)
    {
        var host = site.HostOf(tenant);
        while (!await host.TrySyncAsync(tenant, TimeSpan.FromSeconds(10)))
        {
            if (host.Complaint is { } complaint)
            {
                site.Find(Finding.Other, complaint);
                return;
            }
            var client = await host.ClientAsync(tenant.Id);
            var limit = client?.Reason is { } reason && ByDesign.Contains(reason) ? DesignPatience : patience;
            if (clock.Elapsed > limit)
            {
                site.Find(Finding.Stuck, $"{tenant.Id} of {host.Name} is not synced {clock.Elapsed.TotalSeconds:0} s after the last fault, it is shown as {client?.ToString() ?? "nothing"}\n{host.Said}");
                return;
            }
            await Task.Delay(100);
        }
    }
}
