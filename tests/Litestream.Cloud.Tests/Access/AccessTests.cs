using System.Collections.Frozen;
using System.Net;
using Litestream.Cloud.Access;
using Litestream.Cloud.Lambda;
using Litestream.Contract.Access;
using Litestream.Fleet;
using Litestream.Http;
using Litestream.Tests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Litestream.Cloud.Tests.Access;

/// <summary>Who may ask for what, on a port and on Lambda.</summary>
public sealed class AccessTests
{
    private const string Address = "/guarded";

    [Fact]
    public async Task Every_address_says_who_may_ask_for_it()
    {
        await using var cloud = await RunningCloud.StartAsync();
        var silent = ((IEndpointRouteBuilder)cloud.Application).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<AccessRequirement>() is not { } needed || (needed.Scope is { } scope && !ScopeWords.All.Contains(scope)))
            .Select(e => $"{e.RoutePattern.RawText} answers nobody: map it with .Needs(ScopeWords.…) or .OpenToAll()");
        Assert.Empty(silent);
    }

    [Fact]
    public async Task An_address_that_says_nothing_is_answered_to_nobody()
    {
        await using var cloud = await RunningCloud.StartAsync();
        cloud.Application.MapGet("/forgotten", () => "x");
        var answer = await cloud.GetAsync("/forgotten");
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal(ProblemCodes.ScopeMissing, await RunningCloud.CodeAsync(answer));
    }

    [Theory]
    [InlineData(null, 401, ProblemCodes.Unauthenticated)]
    [InlineData("Bearer wrong", 401, ProblemCodes.Unauthenticated)]
    [InlineData("Bearer ", 401, ProblemCodes.Unauthenticated)]
    [InlineData("Basic reader", 401, ProblemCodes.Unauthenticated)]
    [InlineData("Bearer restorer", 403, ProblemCodes.ScopeMissing)]
    [InlineData("Bearer reader", 200, null)]
    [InlineData("bearer reader", 200, null)]
    public async Task A_token_needs_the_scope(string? authorization, int status, string? code)
    {
        await using var cloud = await RunningCloud.StartAsync(options => options with
        {
            Access = AccessKind.Tokens,
            Tokens = [Token("reader", ScopeWords.Read), Token("restorer", ScopeWords.Restore)],
        });
        Guard(cloud.Application);
        var answer = await cloud.GetAsync(Address, authorization is null ? [] : [("Authorization", authorization)]);
        Assert.Equal(status, (int)answer.StatusCode);
        if (code is not null)
            Assert.Equal(code, await RunningCloud.CodeAsync(answer));
        Assert.Equal(status == 401, answer.Headers.WwwAuthenticate.Count > 0);
    }

    [Fact]
    public async Task Health_is_told_to_everybody()
    {
        await using var cloud = await RunningCloud.StartAsync(options => options with { Access = AccessKind.Tokens, Tokens = [Token("reader", ScopeWords.Read)] });
        Assert.Equal(HttpStatusCode.OK, (await cloud.GetAsync("/api/health")).StatusCode);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("192.168.1.5:8090")]
    [InlineData("localhost.evil.example")]
    public async Task Without_tokens_a_rebound_name_is_refused_even_to_look(string host)
    {
        await using var cloud = await RunningCloud.StartAsync();
        Guard(cloud.Application);
        var answer = await cloud.GetAsync(Address, ("Host", host));
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal(ProblemCodes.ForeignOrigin, await RunningCloud.CodeAsync(answer));
    }

    [Fact]
    public async Task Without_tokens_a_page_of_another_site_may_not_change_anything()
    {
        await using var cloud = await RunningCloud.StartAsync();
        cloud.Application.MapPost("/change", (HttpContext context) => Actor.Of(context).Name).Needs(ScopeWords.Admin);
        var own = cloud.Http.BaseAddress!.GetLeftPart(UriPartial.Authority);
        Assert.Equal(ProblemCodes.ForeignOrigin, await RunningCloud.CodeAsync(await cloud.SendAsync(HttpMethod.Post, "/change", ("Origin", "http://evil.example"))));
        Assert.Equal(ProblemCodes.ForeignOrigin, await RunningCloud.CodeAsync(await cloud.SendAsync(HttpMethod.Post, "/change", ("Origin", "null"))));
        Assert.Equal("anonymous", await (await cloud.SendAsync(HttpMethod.Post, "/change", ("Origin", own))).Content.ReadAsStringAsync());
        Assert.Equal("anonymous", await (await cloud.SendAsync(HttpMethod.Post, "/change")).Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("sub=ann;scope=fleet.read", "", 200)]
    [InlineData("sub=ann;scope=openid fleet.restore fleet.read", "", 200)]
    [InlineData("sub=ann;scope=fleet.restore", "", 403)]
    [InlineData("sub=ann;scope=fleet.reader", "", 403)]
    [InlineData("sub=ann;scope=litestream/fleet.read", "litestream/", 200)]
    [InlineData("sub=ann;scope=other/fleet.read", "litestream/", 403)]
    [InlineData("sub=ann;scope=fleet.read", "litestream/", 403)]
    [InlineData("sub=ann", "", 401)]
    [InlineData("scope=fleet.read", "", 401)]
    [InlineData("sub=;scope=fleet.read", "", 401)]
    public async Task On_lambda_a_subject_and_the_scope_are_needed(string claims, string prefix, int status)
    {
        await using var lambda = await LambdaRuntime.StartAsync();
        await using var function = await RunningFunction.StartAsync(lambda, prefix);
        Guard(function.Application);
        var request = LambdaEvent.Of("GET", Address).WithClaims([.. claims.Split(';').Select(c => (c.Split('=')[0], c.Split('=')[1]))]);
        Assert.Equal(status, (await lambda.InvokeAsync(request)).Status);
    }

    [Fact]
    public async Task On_lambda_a_route_without_an_authorizer_or_with_one_for_iam_lets_nobody_in()
    {
        await using var lambda = await LambdaRuntime.StartAsync();
        await using var function = await RunningFunction.StartAsync(lambda);
        Guard(function.Application);
        Assert.Equal(401, (await lambda.InvokeAsync(LambdaEvent.Of("GET", Address))).Status);
        Assert.Equal(401, (await lambda.InvokeAsync(LambdaEvent.Of("GET", Address).WithAuthorizer("iam", new() { ["userArn"] = "arn:aws:iam::123456789012:user/x" }))).Status);
        Assert.Equal(401, (await lambda.InvokeAsync(LambdaEvent.Of("GET", Address).WithHeader("authorization", "Bearer reader"))).Status);
        Assert.Equal(200, (await lambda.InvokeAsync(LambdaEvent.Of("GET", "/api/health"))).Status);
        Assert.Equal(404, (await lambda.InvokeAsync(LambdaEvent.Of("GET", "/api/nothing"))).Status);
    }

    /// <summary>An address that only those who may read get to. Before the first request: then routing looks at what there is.</summary>
    private static void Guard(WebApplication application) => application.MapGet(Address, (HttpContext context) => Actor.Of(context).Name).Needs(ScopeWords.Read);

    private static KnownToken Token(string name, params string[] scopes) => new(name, scopes.ToFrozenSet(), BearerToken.Hash(name));
}
