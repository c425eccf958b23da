using System.Net;
using System.Text.Json;
using Litestream.EndToEnd.Histories;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Chaos;

/// <summary>A host of the fleet: a watched directory, a state directory, and an agent that comes and goes.</summary>
internal sealed class ChaosHost(ChaosSite site, string name, string state, RemovableDisk? disk) : IDisposable
{
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(60);
    private readonly SemaphoreSlim _turn = new(1);
    private RunningAgent? _agent;
    private int _lives;
    private bool _isKilled;

    public string Name => name;

    public string Folder { get; } = site.Sandbox.Folder(name);

    public string State => state;

    /// <summary>Watched as well; few have one.</summary>
    public RemovableDisk? Disk => disk;

    public string Clock { get; } = Path.Combine(site.Sandbox.Root, name + ".clock");

    /// <summary>Null while it has none.</summary>
    public RunningAgent? Agent => _agent is { HasExited: false } ? _agent : null;

    /// <summary>The tenants that applications write on this host.</summary>
    public List<Tenant> Tenants { get; } = [];

    public string Said => _agent?.Said ?? "";

    public async Task StartAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (_agent is { HasExited: false })
                return;
            Complain();
            await BuryAsync();
            _isKilled = false;
            _agent = site.Launch(this);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>SIGKILL, at whatever it is.</summary>
    public async Task KillAsync()
    {
        if (_agent is not { } agent)
            return;
        Complain();
        _isKilled = true;
        agent.Send(Signal.Kill);
        await agent.WaitForExitAsync();
    }

    /// <summary>SIGTERM; null when it ended as it should.</summary>
    public async Task<string?> StopAsync()
    {
        Complain();
        _isKilled = true;
        var code = await _agent!.StopAsync();
        return code == 0 ? null : $"the agent of {name} ended with {code} after SIGTERM\n{Said}";
    }

    /// <summary>True when everything that was committed before is in the replica.</summary>
    public async Task<bool> TrySyncAsync(Tenant tenant, TimeSpan patience) => Agent is { } agent && await agent.TrySyncAsync(tenant.Id, patience);

    /// <summary>What its API says; null when it does not answer, or not with that.</summary>
    public async Task<JsonElement?> AskAsync(string path)
    {
        try
        {
            if (Agent is not { } agent)
                return null;
            using var answer = await agent.Http.GetAsync(new Uri(path, UriKind.Relative));
            if (answer.StatusCode != HttpStatusCode.OK)
                return null;
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            return json.RootElement.Clone();
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>How it shows a tenant; null when it does not, or does not answer.</summary>
    public async Task<AgentClient?> ClientAsync(string id)
    {
        try
        {
            return Agent is { } agent ? await agent.ClientAsync(id) : null;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>What can be restored of a tenant, the newest first; nothing when it does not answer.</summary>
    public async Task<IReadOnlyList<string>> PointsAsync(Tenant tenant) => await AskAsync($"/api/tenants/{tenant.Id}/timeline") is { } timeline
        ? [.. timeline.GetProperty("points").EnumerateArray().Select(point => point.GetProperty("txid").GetString()!)]
        : [];

    /// <summary>What must never be: it ended, and nobody killed it. What it said; null when all is well.</summary>
    public string? Complaint => _agent is { HasExited: true } dead && !_isKilled ? $"the agent of {name} ended by itself\n{dead.Said}" : null;

    /// <summary>Before it is killed or buried, and can be asked no more.</summary>
    private void Complain()
    {
        if (Complaint is { } complaint)
            site.Find(Finding.Other, complaint);
    }

    /// <summary>Leaves what it said on disk.</summary>
    public void Keep() => File.WriteAllText(Path.Combine(site.Sandbox.Root, $"{name}-last.log"), Said);

    public void Dispose()
    {
        _agent?.Dispose();
        disk?.Dispose();
        _turn.Dispose();
    }

    private async Task BuryAsync()
    {
        if (_agent is not { } dead)
            return;
        await dead.WaitForExitAsync().WaitAsync(EndPatience);
        await File.WriteAllTextAsync(Path.Combine(site.Sandbox.Root, $"{name}-{_lives++:000}.log"), dead.Said);
        dead.Dispose();
        site.Sandbox.Ended(dead);
        _agent = null;
    }
}
