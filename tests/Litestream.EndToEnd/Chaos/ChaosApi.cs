using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Litestream.EndToEnd.Histories;
using Litestream.EndToEnd.Programs;
using Litestream.Fleet;

namespace Litestream.EndToEnd.Chaos;

/// <summary>The fleet's API beside all of it, asked all the time: it fails only while its table does, calls nothing healthy that nobody vouches for, and in each calm shows what the agents show.</summary>
internal sealed class ChaosApi(ChaosSite site) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private volatile RunningApi? _api;

    public async Task StartAsync()
    {
        await _turn.WaitAsync();
        try
        {
            _api = await RunningApi.StartAsync(site.Sandbox, site.Table.Raw.Name, site.Variables);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>SIGKILL, at whatever it is.</summary>
    public async Task KillAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (_api is not { } api)
                return;
            _api = null;
            await api.KillAsync();
            api.Dispose();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>One round of what the dashboard asks.</summary>
    public async Task LookAsync()
    {
        await GetAsync("/api/status");
        await GetAsync("/api/problems");
        await GetAsync("/api/hosts?limit=10");
        foreach (var host in site.Hosts)
        {
            if (await GetAsync($"/api/tenants?host={host.Name}&limit=100") is not { } page)
                continue;
            foreach (var tenant in page.GetProperty("items").EnumerateArray().Where(IsGreenWithoutAWord))
                site.Find(Finding.WrongView, $"the API calls healthy what nobody vouches for: {tenant}");
        }
    }

    /// <summary>A host that is not heard of: shown as that, and none of its tenants as healthy.</summary>
    public async Task ShowsAsLostAsync(ChaosHost host, TimeSpan patience)
    {
        var said = "nothing";
        for (var deadline = DateTime.UtcNow + patience; DateTime.UtcNow < deadline; await Task.Delay(100))
        {
            if (await GetAsync($"/api/hosts/{host.Name}") is not { } shown)
                continue;
            said = shown.ToString();
            if (Text(shown, "liveness") != LivenessWords.Lost || await GetAsync($"/api/tenants?host={host.Name}&limit=100") is not { } page)
                continue;
            foreach (var tenant in page.GetProperty("items").EnumerateArray().Where(tenant => Text(tenant, "health") == HealthWords.Healthy))
                site.Find(Finding.WrongView, $"{host.Name} is lost, and the API calls healthy {tenant}");
            return;
        }
        site.Find(Finding.WrongView, $"{host.Name} is silent, the API shows it as {said}\n{_api?.Said}");
    }

    /// <summary>It shows the tenant as its agent does, and the agent as one that lives.</summary>
    public async Task AgreesAsync(Tenant tenant, Stopwatch clock, TimeSpan patience)
    {
        var host = site.HostOf(tenant);
        for (var said = "nothing"; ; await Task.Delay(200))
        {
            var client = await host.ClientAsync(tenant.Id);
            if (client is not null && await GetAsync($"/api/tenants/{tenant.Id}") is { } shown)
            {
                said = shown.ToString();
                var isAsItIs = (Text(shown, "hostId"), Text(shown, "status"), Text(shown, "hostLiveness")) == (host.Name, client.Status, LivenessWords.Live);
                if (isAsItIs && (client.Status == StatusWords.Active) == (Text(shown, "health") == HealthWords.Healthy))
                    return;
            }
            if (clock.Elapsed > patience)
            {
                site.Find(Finding.WrongView, $"{clock.Elapsed.TotalSeconds:0} s after the last fault {host.Name} shows {client?.ToString() ?? $"nothing of {tenant.Id}"}\n  the fleet's API shows {said}\n{_api?.Said}\n{host.Said}");
                return;
            }
        }
    }

    public void Dispose()
    {
        _api?.Dispose();
        _turn.Dispose();
    }

    /// <summary>Null when it is killed meanwhile, or fails as it may.</summary>
    private async Task<JsonElement?> GetAsync(string path)
    {
        if (_api is not { } api)
            return null;
        var (mayFail, status, text) = (!site.Table.IsWell, (HttpStatusCode?)null, "");
        try
        {
            using var answer = await api.Http.GetAsync(new Uri(path, UriKind.Relative));
            (status, text) = (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            text = e.Message;
        }
        // Looked at again: either may have begun meanwhile.
        if (!ReferenceEquals(api, _api))
            return null;
        site.Totals.Asked();
        if (status == HttpStatusCode.OK)
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.Clone();
        }
        if (!mayFail && site.Table.IsWell && (status is null or >= HttpStatusCode.InternalServerError))
            site.Find(Finding.WrongView, $"{path} of the fleet's API: {(int?)status} {text}, and its table is well\n{api.Said}");
        return null;
    }

    private static bool IsGreenWithoutAWord(JsonElement tenant) =>
        Text(tenant, "health") == HealthWords.Healthy && Text(tenant, "hostLiveness") is not (LivenessWords.Live or LivenessWords.Late);

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();
}
