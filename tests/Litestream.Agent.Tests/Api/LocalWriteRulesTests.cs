using Litestream.Agent.Api;
using Litestream.Fleet;
using Microsoft.AspNetCore.Http;

namespace Litestream.Agent.Tests.Api;

public sealed class LocalWriteRulesTests
{
    private readonly LocalWriteRules _loopback = new(isLoopbackOnly: true, token: null);
    private readonly LocalWriteRules _open = new(isLoopbackOnly: false, "secret");

    [Theory]
    [InlineData("localhost:8080")]
    [InlineData("LOCALHOST")]
    [InlineData("127.0.0.1:8080")]
    [InlineData("127.1.2.3")]
    [InlineData("[::1]:8080")]
    public void Loopback_names_may_change_things(string host) => Assert.Null(_loopback.Check(new(host), origin: null, authorization: null));

    [Theory]
    [InlineData("evil.example:8080")]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("192.168.1.5:8080")]
    [InlineData("0.0.0.0:8080")]
    [InlineData("")]
    public void A_rebound_name_may_not(string host) =>
        Assert.Equal(ProblemCodes.ForeignOrigin, _loopback.Check(new HostString(host), origin: null, authorization: null)?.Code);

    [Theory]
    [InlineData("localhost:8080", true)]
    [InlineData("[::1]:8080", true)]
    [InlineData("", true)]
    [InlineData("evil.example:8080", false)]
    [InlineData("127.0.0.1.evil.example", false)]
    public void A_rebound_name_reads_nothing_either(string host, bool allowed)
    {
        Assert.Equal(allowed, _loopback.CheckRead(new HostString(host)) is null);
        Assert.Null(_open.CheckRead(new HostString(host)));
    }

    [Theory]
    [InlineData("http://localhost:8080", true)]
    [InlineData("http://localhost:9090", false)]
    [InlineData("https://localhost:8080", false)]
    [InlineData("http://evil.example", false)]
    [InlineData("null", false)]
    [InlineData("http://localhost:8080.evil.example", false)]
    public void A_page_of_another_origin_may_not(string origin, bool allowed) =>
        Assert.Equal(allowed, _loopback.Check(new("localhost:8080"), origin, authorization: null) is null);

    [Theory]
    [InlineData("Bearer secret", true)]
    [InlineData("bearer secret", true)]
    [InlineData("Bearer secre", false)]
    [InlineData("Bearer secrets", false)]
    [InlineData("Bearer ", false)]
    [InlineData("Basic secret", false)]
    [InlineData("secret", false)]
    [InlineData(null, false)]
    public void Beyond_loopback_only_the_token_counts(string? authorization, bool allowed) =>
        Assert.Equal(allowed, _open.Check(new("backup.example:8080"), origin: null, authorization) is null);

    [Fact]
    public void Beyond_loopback_the_token_does_not_help_a_page_of_another_origin() =>
        Assert.Equal(ProblemCodes.ForeignOrigin, _open.Check(new("backup.example:8080"), "http://evil.example", "Bearer secret")?.Code);

    [Fact]
    public void Beyond_loopback_without_a_token_nothing_can_be_changed() =>
        Assert.Equal(ProblemCodes.WritesDisabled, new LocalWriteRules(false, null).Check(new("localhost:8080"), null, "Bearer ")?.Code);
}
