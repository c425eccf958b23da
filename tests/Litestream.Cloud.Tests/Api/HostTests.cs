using System.Net;
using System.Text.Json;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Tests.Servers;

namespace Litestream.Cloud.Tests.Api;

public sealed class HostTests : IAsyncLifetime
{
    private readonly LaterTime _time = new();
    private RunningCloud _cloud = null!;

    public async Task InitializeAsync() => _cloud = await RunningCloud.StartAsync(time: _time);

    public async Task DisposeAsync() => await _cloud.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(100)]
    public async Task All_hosts_are_listed_in_the_order_of_their_ids_whatever_the_page(int limit)
    {
        var ids = Enumerable.Range(0, 25).Select(i => $"web-{i:00}").ToList();
        ids.ForEach(id => _cloud.Table.Put(HostDigestItem.Write(FleetItems.Host(id))));
        Assert.Equal(ids, (await _cloud.PagesAsync($"/api/hosts?limit={limit}")).Select(h => h.GetProperty("hostId").GetString()));
    }

    [Fact]
    public async Task A_page_reads_no_more_than_a_page_of_each_shard()
    {
        for (var i = 0; i < 200; i++)
            _cloud.Table.Put(HostDigestItem.Write(FleetItems.Host($"web-{i:000}")));
        await _cloud.ReadAsync("/api/hosts?limit=5");
        Assert.InRange(_cloud.Table.Charges.ItemsRead, 5, 5 * FleetKeys.HostShards);
    }

    [Fact]
    public async Task Digests_that_nobody_can_read_hide_no_others()
    {
        for (var i = 0; i < 40; i++)
        {
            _cloud.Table.Put(HostDigestItem.Write(FleetItems.Host($"web-{i:00}")));
            if (i % 2 == 0)
                _cloud.Table.Set(FleetKeys.Host($"web-{i:00}").Partition, FleetKeys.Host($"web-{i:00}").Sort, HostDigestItem.At, new(false, "yesterday"));
        }
        var expected = Enumerable.Range(0, 40).Where(i => i % 2 == 1).Select(i => $"web-{i:00}");
        Assert.Equal(expected, (await _cloud.PagesAsync("/api/hosts?limit=3")).Select(h => h.GetProperty("hostId").GetString()));
        Assert.Equal(20, (await _cloud.ReadAsync("/api/status")).GetProperty("hosts").GetInt32());
    }

    [Fact]
    public async Task The_age_of_a_digest_says_whether_its_host_lives()
    {
        _cloud.Table.Put(HostDigestItem.Write(FleetItems.Host("web")));
        Assert.Equal(LivenessWords.Live, await LivenessAsync("web"));
        _time.Skip(TimeSpan.FromSeconds(100));
        Assert.Equal(LivenessWords.Late, await LivenessAsync("web"));
        _time.Skip(TimeSpan.FromSeconds(250));
        Assert.Equal(LivenessWords.Lost, await LivenessAsync("web"));
        _cloud.Table.Put(HostDigestItem.Write(FleetItems.Host("web", _time.GetUtcNow()) with { State = HostStates.Stopped }));
        Assert.Equal(LivenessWords.Stopped, await LivenessAsync("web"));
    }

    [Theory]
    [InlineData("/api/hosts/nobody", 404, ProblemCodes.UnknownHost)]
    [InlineData("/api/hosts/nobody/tenants", 404, ProblemCodes.UnknownHost)]
    [InlineData("/api/hosts/no%20body", 404, ProblemCodes.UnknownHost)]
    [InlineData("/api/hosts/..%2F..%2Fetc", 404, ProblemCodes.UnknownHost)]
    [InlineData("/api/hosts?limit=0", 400, ProblemCodes.BadParameter)]
    [InlineData("/api/hosts?limit=1001", 400, ProblemCodes.BadParameter)]
    [InlineData("/api/hosts?limit=1&limit=2", 400, ProblemCodes.BadParameter)]
    [InlineData("/api/hosts?cursr=x", 400, ProblemCodes.BadParameter)]
    [InlineData("/api/hosts?cursor=x", 400, ProblemCodes.BadCursor)]
    [InlineData("/api/hosts?cursor=MQpob3N0cwow", 400, ProblemCodes.BadCursor)]
    public async Task Bad_questions_are_answered_with_what_is_wrong(string path, int status, string code)
    {
        var answer = await _cloud.GetAsync(path);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(code, await RunningCloud.CodeAsync(answer));
    }

    [Fact]
    public async Task Who_has_an_answer_already_gets_none_until_it_changes()
    {
        _cloud.Table.Put(HostDigestItem.Write(FleetItems.Host("web")));
        var first = await _cloud.GetAsync("/api/hosts");
        Assert.Equal("no-cache, private", first.Headers.CacheControl?.ToString());
        var tag = first.Headers.ETag!.ToString();
        _time.Skip(TimeSpan.FromSeconds(7));
        var second = await _cloud.GetAsync("/api/hosts", ("If-None-Match", $"\"other\", {tag}"));
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Equal(tag, second.Headers.ETag!.ToString());
        Assert.Empty(await second.Content.ReadAsByteArrayAsync());
        _time.Skip(TimeSpan.FromSeconds(100));
        Assert.Equal(HttpStatusCode.OK, (await _cloud.GetAsync("/api/hosts", ("If-None-Match", tag))).StatusCode);
    }

    [Fact]
    public async Task A_table_that_stumbles_is_asked_again()
    {
        _cloud.Table.Put(HostDigestItem.Write(FleetItems.Host("web")));
        var failures = 2;
        _cloud.Table.Fault = _ => Interlocked.Decrement(ref failures) >= 0 ? TableServerFault.Reset : TableServerFault.None;
        Assert.Equal(LivenessWords.Live, await LivenessAsync("web"));
        Assert.Equal(3, _cloud.Table.Requests.Count);
    }

    [Fact]
    public async Task A_table_that_fails_is_503_and_no_request_failed_by_itself()
    {
        _cloud.Table.Fault = _ => TableServerFault.Throttle;
        var answer = await _cloud.GetAsync("/api/hosts/web");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(ProblemCodes.Unavailable, await RunningCloud.CodeAsync(answer));
        Assert.Equal(3, _cloud.Table.Requests.Count);
    }

    private async Task<string?> LivenessAsync(string host) => (await _cloud.ReadAsync($"/api/hosts/{host}")).GetProperty("liveness").GetString();
}
