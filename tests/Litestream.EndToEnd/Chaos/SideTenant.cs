using Litestream.EndToEnd.Histories;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Chaos;

/// <summary>A tenant that a fault has for itself, beside those whose histories are judged. Gone afterwards, with what the store has of it.</summary>
internal sealed class SideTenant : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly ChaosSite _site;
    private readonly ChaosHost _host;

    private SideTenant(ChaosSite site, ChaosHost host, Tenant tenant) => (_site, _host, Tenant) = (site, host, tenant);

    public Tenant Tenant { get; }

    /// <summary>One that is there already.</summary>
    public static SideTenant Of(ChaosSite site, ChaosHost host, Tenant tenant) => new(site, host, tenant);

    /// <param name="site">Where.</param>
    /// <param name="host">Whose it is.</param>
    /// <param name="directory">That the host watches; null: its usual one.</param>
    public static async Task<SideTenant> CreateAsync(ChaosSite site, ChaosHost host, string? directory = null)
    {
        var side = new SideTenant(site, host, site.Sandbox.NewTenant(directory ?? host.Folder));
        await WriterProgram.CreateAsync(site.Sandbox, side.Tenant.Path, "-rows", "20");
        return side;
    }

    /// <summary>Of an agent that lives.</summary>
    /// <param name="more">What is large takes longer.</param>
    public async Task<bool> IsSyncedAsync(TimeSpan more = default)
    {
        var patience = (Patience + more) * ChaosSite.Load;
        for (var deadline = DateTime.UtcNow + patience; DateTime.UtcNow < deadline; await Task.Delay(100))
        {
            if (await _host.TrySyncAsync(Tenant, TimeSpan.FromSeconds(30)))
                return true;
        }
        _site.Find(Finding.Stuck, $"{Tenant.Id} of {_host.Name} is not synced after {patience.TotalSeconds:0} s, it is shown as {await _host.ClientAsync(Tenant.Id)}\n{_host.Said}");
        return false;
    }

    /// <summary>Nobody writes to it any more: synced, and its replica restores to what it is.</summary>
    /// <param name="more">What is large takes longer.</param>
    public async Task IsBackedUpAsync(TimeSpan more = default)
    {
        if (!await IsSyncedAsync(more))
            return;
        await _site.Store.IsUp.WaitAsync();
        try
        {
            var copy = _site.Sandbox.NextRestorePath();
            var restored = await Tenant.TryRestoreAsync(copy);
            var digests = restored.ExitCode == 0 ? await WriterProgram.DigestsAsync(_site.Sandbox, Tenant.Path, copy) : null;
            if (digests is null)
                _site.Find(Finding.NotRestorable, $"{Tenant.Id} of {_host.Name}: {restored.All}");
            else if (digests[Tenant.Path] != digests[copy])
                _site.Find(Finding.Unequal, $"{Tenant.Id} of {_host.Name} is synced, its replica restores to {digests[copy]}, it is {digests[Tenant.Path]}\n{_host.Said}");
            _site.Totals.Compared();
            File.Delete(copy);
        }
        finally
        {
            _site.Store.IsUp.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var file in Directory.GetFiles(Tenant.Directory, Tenant.Id + "*"))
            File.Delete(file);
        await _site.Store.IsUp.WaitAsync();
        try
        {
            await _site.Store.DeleteAllAsync(new HashSet<string> { Tenant.Id });
        }
        finally
        {
            _site.Store.IsUp.Release();
        }
    }
}
