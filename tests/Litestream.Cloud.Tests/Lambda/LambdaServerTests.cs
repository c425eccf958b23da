using System.Text.Json;
using System.Text.Json.Nodes;
using Litestream.Fleet;
using Litestream.Tests.Servers;

namespace Litestream.Cloud.Tests.Lambda;

/// <summary>Our server for Lambda's Runtime API, with events as AWS documents them.</summary>
public sealed class LambdaServerTests : IAsyncLifetime
{
    private EchoFunction _function = null!;

    public async Task InitializeAsync() => _function = await EchoFunction.StartAsync();

    public async Task DisposeAsync() => await _function.DisposeAsync();

    [Fact]
    public async Task A_request_arrives_as_it_was_sent()
    {
        var said = await EchoAsync(LambdaEvent.Of("PUT", "/echo/a%20b/%2Fetc/%C3%A4", "x=1&x=2&y=a%26b&z=").WithHeader("accept-language", "de,en").WithHeader("if-none-match", "\"a,b\""));
        Assert.Equal("PUT", said.GetProperty("method").GetString());
        Assert.Equal("https", said.GetProperty("scheme").GetString());
        Assert.Equal("a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com", said.GetProperty("host").GetString());
        Assert.Equal("/echo/a b/%2Fetc/ä", said.GetProperty("path").GetString());
        Assert.Equal(["1", "2"], Texts(said.GetProperty("query").GetProperty("x")));
        Assert.Equal(["a&b"], Texts(said.GetProperty("query").GetProperty("y")));
        Assert.Equal([""], Texts(said.GetProperty("query").GetProperty("z")));
        Assert.Equal(["de,en"], Texts(said.GetProperty("headers").GetProperty("accept-language")));
        Assert.Equal(["\"a,b\""], Texts(said.GetProperty("headers").GetProperty("if-none-match")));
        Assert.Equal("192.0.2.7", said.GetProperty("client").GetString());
        Assert.Equal(36, said.GetProperty("trace").GetString()!.Length);
        Assert.False(said.GetProperty("authenticated").GetBoolean());
    }

    [Fact]
    public async Task Cookies_of_the_event_are_a_header_of_the_request()
    {
        var said = await EchoAsync(LambdaEvent.Of("GET", "/echo/").With("cookies", new JsonArray("one=1", "two=a=b")));
        Assert.Equal("1", said.GetProperty("cookies").GetProperty("one").GetString());
        Assert.Equal("a=b", said.GetProperty("cookies").GetProperty("two").GetString());
    }

    [Fact]
    public async Task A_named_stage_is_no_part_of_the_path()
    {
        var said = await EchoAsync(LambdaEvent.Of("GET", "/prod/echo/x", stage: "prod"));
        Assert.Equal("/prod", said.GetProperty("pathBase").GetString());
        Assert.Equal("/echo/x", said.GetProperty("path").GetString());
        Assert.Equal("/echo/prod", (await EchoAsync(LambdaEvent.Of("GET", "/echo/prod", stage: "prod"))).GetProperty("path").GetString());
    }

    [Theory]
    [InlineData("grüße", false, "6772c3bcc39f65")]
    [InlineData("/9j/AAE=", true, "ffd8ff0001")]
    [InlineData("", false, "")]
    public async Task Bodies_arrive_to_the_byte(string body, bool isBase64, string bytes)
    {
        var said = await EchoAsync(LambdaEvent.Of("POST", "/echo/").With("body", body).With("isBase64Encoded", isBase64));
        Assert.Equal(bytes, said.GetProperty("body").GetString());
        Assert.Equal(bytes.Length == 0 ? 0 : bytes.Length / 2, said.GetProperty("length") is { ValueKind: JsonValueKind.Number } length ? length.GetInt32() : 0);
    }

    [Theory]
    [InlineData("/picture", "image/webp")]
    [InlineData("/font", "font/woff2")]
    [InlineData("/packed", "application/json")]
    [InlineData("/wrong-text", "text/plain")]
    public async Task What_is_not_text_goes_out_as_base64(string path, string type)
    {
        var reply = await _function.InvokeAsync(LambdaEvent.Of("GET", path));
        Assert.Equal(200, reply.Status);
        Assert.True(reply.Body.GetProperty("isBase64Encoded").GetBoolean());
        Assert.Equal(EchoFunction.Picture, reply.Bytes);
        Assert.Equal(type, reply.Header("content-type"));
    }

    [Fact]
    public async Task Text_goes_out_as_text()
    {
        var reply = await _function.InvokeAsync(LambdaEvent.Of("GET", "/text"));
        Assert.False(reply.Body.GetProperty("isBase64Encoded").GetBoolean());
        Assert.Equal("a::after{content:\"…\"}", reply.Body.GetProperty("body").GetString());
    }

    [Fact]
    public async Task A_head_has_no_body()
    {
        var reply = await _function.InvokeAsync(LambdaEvent.Of("HEAD", "/echo/"));
        Assert.Equal(200, reply.Status);
        Assert.Equal("", reply.Body.GetProperty("body").GetString());
    }

    [Fact]
    public async Task Cookies_of_the_answer_are_a_list_and_other_headers_are_joined()
    {
        var reply = await _function.InvokeAsync(LambdaEvent.Of("GET", "/cookies"));
        Assert.Equal(["one=1; path=/", "two=2; path=/"], reply.Cookies);
        Assert.Null(reply.Header("set-cookie"));
        Assert.Equal("a, b", reply.Header("x-several"));
        Assert.Equal("yes", reply.Header("x-starting"));
    }

    [Fact]
    public async Task Claims_of_a_token_are_the_user()
    {
        var said = await EchoAsync(LambdaEvent.Of("GET", "/echo/").WithClaims(("sub", "ann"), ("scope", "fleet.read fleet.admin"), ("cognito:groups", "[ops dev]")));
        Assert.True(said.GetProperty("authenticated").GetBoolean());
        Assert.Equal("ann", said.GetProperty("claims").GetProperty("sub").GetString());
        Assert.Equal("fleet.read fleet.admin", said.GetProperty("claims").GetProperty("scope").GetString());
        Assert.Equal("[ops dev]", said.GetProperty("claims").GetProperty("cognito:groups").GetString());
    }

    [Fact]
    public async Task Scopes_of_the_route_stand_in_for_a_missing_claim()
    {
        var said = await EchoAsync(LambdaEvent.Of("GET", "/echo/").WithAuthorizer("jwt", new() { ["claims"] = new JsonObject { ["sub"] = "ann" }, ["scopes"] = new JsonArray("fleet.read", "x") }));
        Assert.Equal("fleet.read x", said.GetProperty("claims").GetProperty("scope").GetString());
    }

    [Fact]
    public async Task What_an_authorizer_function_or_iam_says_is_the_user_too()
    {
        var said = await EchoAsync(LambdaEvent.Of("GET", "/echo/").WithAuthorizer("lambda", new() { ["sub"] = "bob", ["level"] = 3, ["none"] = null }));
        Assert.Equal("bob", said.GetProperty("claims").GetProperty("sub").GetString());
        Assert.Equal("3", said.GetProperty("claims").GetProperty("level").GetString());
        Assert.False(said.GetProperty("claims").TryGetProperty("none", out _));
        said = await EchoAsync(LambdaEvent.Of("GET", "/echo/").WithAuthorizer("iam", new() { ["userArn"] = "arn:aws:iam::123456789012:user/x", ["cognitoIdentity"] = null }));
        Assert.Equal("arn:aws:iam::123456789012:user/x", said.GetProperty("claims").GetProperty("userArn").GetString());
        Assert.True(said.GetProperty("authenticated").GetBoolean());
    }

    [Theory]
    [InlineData("/nowhere", 404, ProblemCodes.NotFound)]
    [InlineData("/throws", 500, ProblemCodes.Internal)]
    [InlineData("/bare", 500, ProblemCodes.Internal)]
    [InlineData("/half", 500, ProblemCodes.Internal)]
    [InlineData("/huge", 500, ProblemCodes.Internal)]
    public async Task What_goes_wrong_is_an_answer_and_no_error_of_the_function(string path, int status, string code)
    {
        var reply = await _function.InvokeAsync(LambdaEvent.Of("GET", path));
        Assert.Equal("response", reply.Kind);
        Assert.Equal(status, reply.Status);
        Assert.Equal("application/problem+json", reply.Header("content-type"));
        Assert.Equal(code, reply.Json.GetProperty("code").GetString());
        Assert.DoesNotContain("secret", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_is_given_up_before_lambda_gives_the_function_up()
    {
        var reply = await _function.InvokeAsync(LambdaEvent.Of("GET", "/hangs"), TimeSpan.FromSeconds(1));
        Assert.Equal(504, reply.Status);
        Assert.Equal(ProblemCodes.TooLong, reply.Json.GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("""{"version":"1.0","httpMethod":"GET","path":"/echo/"}""")]
    [InlineData("""{"version":"2.0","rawPath":"/echo/"}""")]
    [InlineData("""{"key1":"value1"}""")]
    [InlineData("""{"version":"2.0","rawPath":"/echo/","requestContext":{"http":{"method":"POST"}},"body":"?","isBase64Encoded":true}""")]
    [InlineData("""null""")]
    [InlineData("""[]""")]
    [InlineData("""{""")]
    public async Task An_event_of_another_kind_is_an_error_and_the_next_one_is_answered(string request)
    {
        var reply = await _function.Lambda.InvokeAsync(System.Text.Encoding.UTF8.GetBytes(request));
        Assert.Equal("error", reply.Kind);
        Assert.Equal("Litestream.UnknownEvent", reply.ErrorType);
        Assert.Contains("payload 2.0", reply.Body.GetProperty("errorMessage").GetString(), StringComparison.Ordinal);
        Assert.Equal(200, (await _function.InvokeAsync(LambdaEvent.Of("GET", "/echo/"))).Status);
    }

    [Fact]
    public async Task One_is_answered_after_the_other()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => _function.InvokeAsync(LambdaEvent.Of("GET", $"/echo/{i}"))));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"/echo/{i}"), replies.Select(r => r.Json.GetProperty("path").GetString()));
        Assert.False(_function.Lambda.WasGreedy);
    }

    [Fact]
    public async Task A_stop_waits_for_the_answer_that_is_under_way()
    {
        var invoked = _function.InvokeAsync(LambdaEvent.Of("GET", "/hangs"), TimeSpan.FromSeconds(1.5));
        await _function.Hangs;
        await _function.StopAsync();
        Assert.True(invoked.IsCompleted);
        Assert.Equal(504, (await invoked).Status);
        Assert.Null(_function.Server.Failure);
    }

    [Fact]
    public async Task A_runtime_api_that_refuses_ends_the_program()
    {
        await _function.Lambda.FirstPoll;
        _function.Lambda.PollStatus = 403;
        await _function.InvokeAsync(LambdaEvent.Of("GET", "/echo/"));
        var stopping = new TaskCompletionSource();
        await using var registered = _function.Stopping.Register(() => stopping.TrySetResult());
        await stopping.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.IsType<InvalidOperationException>(_function.Server.Failure);
    }

    private async Task<JsonElement> EchoAsync(JsonObject request)
    {
        var reply = await _function.InvokeAsync(request);
        Assert.Equal("response", reply.Kind);
        Assert.Equal(200, reply.Status);
        return reply.Json;
    }

    private static List<string?> Texts(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetString())];
}
