using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Litestream.Cloud.Configuration;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Cloud.Tests;

/// <summary>The API over a table in which the agents of a few hosts have reported, and changes as its callers make them.</summary>
internal sealed class SeededFleet : IAsyncDisposable
{
    private SeededFleet(RunningCloud cloud) => Cloud = cloud;

    public RunningCloud Cloud { get; }

    public static DateTimeOffset Now => ItemTime.Rounded(DateTimeOffset.UtcNow);

    public static async Task<SeededFleet> StartAsync(Func<CloudOptions, CloudOptions>? change = null, TimeProvider? time = null) => new(await RunningCloud.StartAsync(change, time));

    public void Put(Item item)
    {
        foreach (var (name, value) in item)
            Cloud.Table.Set(item.Key.Partition, item.Key.Sort, name, new(value.IsNumber, value.Text));
    }

    public HostDigest Host(string id, TimeSpan? age = null, string state = HostStates.Running)
    {
        var digest = new HostDigest { HostId = id, State = state, At = Now - (age ?? TimeSpan.Zero), StartedAt = Now.AddDays(-1), IntervalSeconds = 30, Version = "0.1.0", Tenants = 2 };
        Put(HostDigestItem.Write(digest));
        return digest;
    }

    public TenantRecord Tenant(string? host, Func<TenantRecord, TenantRecord>? change = null)
    {
        var id = Guid.NewGuid();
        var tenant = new TenantRecord
        {
            Tenant = id,
            HostId = host,
            Epoch = 3,
            Replica = $"s3://backups/{host}/databases/{id}",
            Path = $"/srv/clients/{id}.db",
            Status = StatusWords.Active,
            Since = Now,
            UpdatedAt = Now,
            ReplicatedTxid = "000000000000002a",
        };
        tenant = change?.Invoke(tenant) ?? tenant;
        Put(TenantItem.Write(tenant));
        return tenant;
    }

    public async Task<HttpResponseMessage> PostAsync(string path, object? body, string? key = "", string? token = null, CancellationToken stop = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (body is not null)
            request.Content = body is string text ? new StringContent(text, System.Text.Encoding.UTF8, "application/json") : JsonContent.Create(body);
        if (key is not null)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key.Length > 0 ? key : Guid.NewGuid().ToString());
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        return await Cloud.Http.SendAsync(request, stop);
    }

    public async Task<JsonElement> AcceptedAsync(string path, object? body, string? key = "")
    {
        var answer = await PostAsync(path, body, key);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        return await RunningCloud.JsonAsync(answer);
    }

    public Task<JsonElement> GetAsync(string path) => Cloud.ReadAsync(path);

    /// <summary>Commands of a host as they are in the table, the oldest first.</summary>
    public IReadOnlyList<CommandRecord> Commands(string host) =>
        [.. Cloud.Table.All("").Select(Read).Where(i => i.Key.Partition == FleetKeys.OfHost(host) && i.Key.Sort.StartsWith(FleetKeys.CommandPrefix, StringComparison.Ordinal)).Select(CommandItem.Read).OrderBy(c => c.Id)];

    public IReadOnlyList<AuditRecord> Audit() =>
        [.. Cloud.Table.All("").Select(Read).Where(i => i.Text(FleetTable.Type) == ItemTypes.Audit).Select(AuditItem.Read).OrderBy(a => a.At).ThenBy(a => a.Id)];

    public long Waiting(string host) => HostDigestItem.Read(Read(Cloud.Table.Find(FleetKeys.Host(host).Partition, FleetKeys.Host(host).Sort)!)).CommandsWaiting;

    /// <summary>As its agent would end it.</summary>
    public void End(CommandRecord command, string state, string? before = null, string? error = null) =>
        Put(CommandItem.Write(command with { State = state, FinishedAt = Now, BeforeTxid = before, Error = error, ClaimedBy = "an agent", Progress = new() { Step = "done", At = Now, Percent = 100, Bytes = 4096, Pages = 1 } }));

    public ValueTask DisposeAsync() => Cloud.DisposeAsync();

    private static Item Read(IReadOnlyDictionary<string, Litestream.Tests.Servers.TableValue> values)
    {
        var item = new Item();
        foreach (var (name, value) in values)
            item.Add(name, value.IsNumber ? ItemValue.OfNumberText(value.Text) : ItemValue.Of(value.Text));
        return item;
    }
}
