using System.Net;
using Litestream.Fleet;
using Litestream.Tests.Servers;

namespace Litestream.Cloud.Tests.Api;

public sealed class HealthTests
{
    [Fact]
    public async Task An_api_whose_table_answers_is_healthy()
    {
        await using var cloud = await RunningCloud.StartAsync();
        var answer = await cloud.GetAsync("/api/health");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("healthy", (await RunningCloud.JsonAsync(answer)).GetProperty("status").GetString());
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
    }

    [Fact]
    public async Task A_monitor_that_asks_for_the_head_is_told_the_same_without_a_body()
    {
        await using var cloud = await RunningCloud.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Head, "/api/health");
        using var answer = await cloud.Http.SendAsync(request);
        Assert.Equal((HttpStatusCode.OK, "application/json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("Throttle")]
    [InlineData("Denied")]
    [InlineData("NoTable")]
    [InlineData("InternalError")]
    [InlineData("Reset")]
    [InlineData("Page")]
    public async Task An_api_whose_table_fails_says_so_and_keeps_its_secrets(string fault)
    {
        await using var cloud = await RunningCloud.StartAsync();
        cloud.Table.Fault = _ => Enum.Parse<TableServerFault>(fault);
        var answer = await cloud.GetAsync("/api/health");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(ProblemCodes.Unavailable, await RunningCloud.CodeAsync(answer));
        Assert.Equal("2", answer.Headers.RetryAfter?.ToString());
        Assert.DoesNotContain("User is not", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_thousand_looks_are_one_request()
    {
        await using var cloud = await RunningCloud.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => cloud.GetAsync("/api/health")));
        Assert.Single(cloud.Table.Requests);
    }

    [Fact]
    public async Task A_table_that_failed_once_is_asked_again()
    {
        var time = new LaterTime();
        await using var cloud = await RunningCloud.StartAsync(time: time);
        cloud.Table.Fault = _ => TableServerFault.Denied;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await cloud.GetAsync("/api/health")).StatusCode);
        cloud.Table.Fault = _ => TableServerFault.None;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await cloud.GetAsync("/api/health")).StatusCode);
        time.Skip(TimeSpan.FromSeconds(5));
        Assert.Equal(HttpStatusCode.OK, (await cloud.GetAsync("/api/health")).StatusCode);
    }
}
