using System.Net;
using System.Text.Json;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Cloud.Tests.Api;

public sealed class TenantTests : IAsyncLifetime
{
    private readonly LaterTime _time = new();
    private RunningCloud _cloud = null!;

    public async Task InitializeAsync()
    {
        _cloud = await RunningCloud.StartAsync(time: _time);
        _cloud.Table.Put(HostDigestItem.Write(FleetItems.Host("web")));
        _cloud.Table.Put(HostDigestItem.Write(FleetItems.Host("gone", DateTimeOffset.UtcNow.AddHours(-1))));
    }

    public async Task DisposeAsync() => await _cloud.DisposeAsync();

    [Fact]
    public async Task A_tenant_is_found_by_its_guid_in_either_case()
    {
        var tenant = FleetItems.Guid("abcdef01", 7);
        _cloud.Table.Put(TenantItem.Write(FleetItems.Tenant(tenant, "web")));
        foreach (var text in new[] { $"{tenant:d}", $"{tenant:d}".ToUpperInvariant() })
        {
            var found = await _cloud.ReadAsync($"/api/tenants/{text}");
            Assert.Equal($"{tenant:d}", found.GetProperty("tenantId").GetString());
            Assert.Equal($"/srv/data/{tenant:d}.db", found.GetProperty("databasePath").GetString());
            Assert.Equal(HealthWords.Healthy, found.GetProperty("health").GetString());
        }
    }

    [Theory]
    [InlineData("gone", LivenessWords.Lost)]
    [InlineData("never", LivenessWords.Unknown)]
    [InlineData(null, LivenessWords.Unknown)]
    public async Task What_nobody_vouches_for_is_not_healthy(string? host, string liveness)
    {
        _cloud.Table.Put(TenantItem.Write(FleetItems.Tenant(FleetItems.Guid("aa000000", 1), host)));
        var found = await _cloud.ReadAsync($"/api/tenants/{FleetItems.Guid("aa000000", 1):d}");
        Assert.Equal(liveness, found.GetProperty("hostLiveness").GetString());
        Assert.Equal(HealthWords.Unknown, found.GetProperty("health").GetString());
        Assert.Equal(HealthWords.Unknown, (await _cloud.ReadAsync("/api/tenants?prefix=aa")).GetProperty("items")[0].GetProperty("health").GetString());
    }

    [Theory]
    [InlineData("ab", 20)]
    [InlineData("AB", 20)]
    [InlineData("abc", 10)]
    [InlineData("abc00000-0000", 10)]
    [InlineData("abd00000-0000-0000-0000-000000000003", 1)]
    [InlineData("ac", 0)]
    public async Task Tenants_are_found_by_how_their_guids_begin(string prefix, int count)
    {
        for (var i = 0; i < 10; i++)
        {
            _cloud.Table.Put(TenantItem.Write(FleetItems.Tenant(FleetItems.Guid("abc00000", i), "web")));
            _cloud.Table.Put(TenantItem.Write(FleetItems.Tenant(FleetItems.Guid("abd00000", i), "web")));
        }
        foreach (var limit in new[] { 1, 3, 10, 1000 })
        {
            var found = (await _cloud.PagesAsync($"/api/tenants?prefix={prefix}&limit={limit}")).ConvertAll(t => t.GetProperty("tenantId").GetString()!);
            Assert.Equal(count, found.Count);
            Assert.Equal(found.Distinct().Order(StringComparer.Ordinal), found);
            Assert.All(found, id => Assert.StartsWith(prefix.ToLowerInvariant(), id, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task The_tenants_of_a_host_are_its_own_and_the_late_ones_are_not_healthy()
    {
        for (var i = 0; i < 12; i++)
            _cloud.Table.Put(TenantItem.Write(FleetItems.Tenant(FleetItems.Guid($"{i:x2}000000", i), i % 3 == 0 ? "gone" : "web", i == 1 ? ProblemWords.Late : null)));
        foreach (var path in new[] { "/api/hosts/web/tenants?limit=3", "/api/tenants?host=web&limit=3" })
        {
            var found = await _cloud.PagesAsync(path);
            Assert.Equal(8, found.Count);
            Assert.All(found, t => Assert.Equal("web", t.GetProperty("hostId").GetString()));
            Assert.Equal([HealthWords.Unhealthy, .. Enumerable.Repeat(HealthWords.Healthy, 7)], found.Select(t => t.GetProperty("health").GetString()));
            Assert.Equal(JsonValueKind.Null, found[0].GetProperty("databasePath").ValueKind);
        }
    }

    [Fact]
    public async Task Only_what_is_wrong_is_listed_whole_whatever_the_page_and_other_items_of_the_index_are_not()
    {
        var troubled = Enumerable.Range(0, 40).Select(i => FleetItems.Guid("0a000000", i)).ToList();
        foreach (var (tenant, i) in troubled.Select((t, i) => (t, i)))
            _cloud.Table.Put(TenantItem.Write(FleetItems.Tenant(tenant, "web", i % 2 == 0 ? ProblemWords.Error : ProblemWords.SplitBrain)));
        _cloud.Table.Put(TenantItem.Write(FleetItems.Tenant(FleetItems.Guid("0b000000", 1), "web")));
        _cloud.Table.Put(ProofItem.Write(new() { Tenant = FleetItems.Guid("0c000000", 1), At = DateTimeOffset.UtcNow, Verdict = ProofVerdicts.Fail, By = "web" }));
        foreach (var limit in new[] { 1, 3, 40, 1000 })
        {
            var found = (await _cloud.PagesAsync($"/api/tenants?problems=true&limit={limit}")).ConvertAll(t => t.GetProperty("tenantId").GetGuid());
            Assert.Equal(troubled, found.Order());
        }
    }

    [Fact]
    public async Task The_status_shows_the_worst_first()
    {
        _cloud.Table.Put(TenantItem.Write(FleetItems.Tenant(FleetItems.Guid("0a000000", 1), "web", ProblemWords.Error, DateTimeOffset.UnixEpoch.AddDays(2))));
        _cloud.Table.Put(TenantItem.Write(FleetItems.Tenant(FleetItems.Guid("0a000000", 2), "web", ProblemWords.SplitBrain, DateTimeOffset.UnixEpoch.AddDays(1))));
        _cloud.Table.Put(TenantItem.Write(FleetItems.Tenant(FleetItems.Guid("0a000000", 3), "gone", ProblemWords.Error, DateTimeOffset.UnixEpoch.AddDays(3))));
        var status = await _cloud.ReadAsync("/api/status?limit=2");
        Assert.Equal([2, 3], status.GetProperty("clients").EnumerateArray().Select(t => t.GetProperty("tenantId").GetGuid().ToByteArray()[15]).Select(b => (int)b));
    }

    [Theory]
    [InlineData("/api/tenants", 400, ProblemCodes.BadParameter)]
    [InlineData("/api/tenants?prefix=a", 400, ProblemCodes.BadParameter)]
    [InlineData("/api/tenants?prefix=zz", 400, ProblemCodes.BadParameter)]
    [InlineData("/api/tenants?prefix=abc00000a", 400, ProblemCodes.BadParameter)]
    [InlineData("/api/tenants?prefix=abc00000-0000-0000-0000-0000000000000", 400, ProblemCodes.BadParameter)]
    [InlineData("/api/tenants?prefix=ab&problems=true", 400, ProblemCodes.BadParameter)]
    [InlineData("/api/tenants?prefix=ab&host=web", 400, ProblemCodes.BadParameter)]
    [InlineData("/api/tenants?problems=yes", 400, ProblemCodes.BadParameter)]
    [InlineData("/api/tenants?host=never", 404, ProblemCodes.UnknownHost)]
    [InlineData("/api/tenants/abc", 400, ProblemCodes.BadGuid)]
    [InlineData("/api/tenants/%7Babc00000-0000-0000-0000-000000000000%7D", 400, ProblemCodes.BadGuid)]
    [InlineData("/api/tenants/abc00000-0000-0000-0000-000000000000", 404, ProblemCodes.UnknownTenant)]
    [InlineData("/api/tenants?prefix=ab&limit=99999", 400, ProblemCodes.BadParameter)]
    public async Task Bad_questions_are_answered_with_what_is_wrong(string path, int status, string code)
    {
        var answer = await _cloud.GetAsync(path);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(code, await RunningCloud.CodeAsync(answer));
    }

    [Fact]
    public async Task A_cursor_reads_nothing_but_its_own_list()
    {
        for (var i = 0; i < 3; i++)
            _cloud.Table.Put(TenantItem.Write(FleetItems.Tenant(FleetItems.Guid("ab000000", i), "web", ProblemWords.Error)));
        var given = await CursorAsync("/api/tenants?prefix=ab&limit=1");
        foreach (var other in new[] { "/api/tenants?prefix=ac", "/api/tenants?host=web", "/api/tenants?problems=true", "/api/hosts?x", "/api/hosts/gone/tenants?x" })
            Assert.Equal(ProblemCodes.BadCursor, await RunningCloud.CodeAsync(await _cloud.GetAsync($"{other.Replace("?x", "?limit=1", StringComparison.Ordinal)}&cursor={given}")));

        // One that somebody made up: it may say where to begin, never what to read.
        var audit = new Item { { FleetTable.PartitionKey, ItemValue.Of("AUDIT#2026-11-21") }, { FleetTable.SortKey, ItemValue.Of(FleetKeys.TextOf(FleetItems.Guid("ab000000", 0))) } };
        var made = await _cloud.ReadAsync($"/api/tenants?prefix=ab&cursor={new PageCursor("tenants ab", 0, audit)}");
        Assert.Equal(2, made.GetProperty("items").GetArrayLength());
        Assert.All(_cloud.Table.Requests.Where(r => r.Body.TryGetProperty("ExclusiveStartKey", out _)),
            r => Assert.Equal("TENANT#ab", r.Body.GetProperty("ExclusiveStartKey").GetProperty("pk").GetProperty("S").GetString()));
        foreach (var sort in new[] { "AUDIT", "ac000000-0000-0000-0000-000000000000", "ab" })
        {
            var wrong = new PageCursor("tenants ab", 0, new Item { { FleetTable.SortKey, ItemValue.Of(sort) } });
            Assert.Equal(ProblemCodes.BadCursor, await RunningCloud.CodeAsync(await _cloud.GetAsync($"/api/tenants?prefix=ab&cursor={wrong}")));
        }
    }

    private async Task<string?> CursorAsync(string path) => (await _cloud.ReadAsync(path)).GetProperty("nextCursor").GetString();
}
