using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Litestream.EndToEnd.Dashboard;

/// <summary>
/// Signs everybody in who comes, by the authorization code flow with PKCE: its codes are good once, for who can show the verifier behind the challenge. The
/// access token is one that the API knows.
/// </summary>
internal sealed class SmallIssuer : IAsyncDisposable
{
    public const string ClientId = "dashboard";

    private readonly WebApplication _application;
    private readonly string _accessToken;
    private readonly ConcurrentDictionary<string, (string Challenge, string Redirect)> _codes = new();
    private int _refreshes;

    private SmallIssuer(WebApplication application, string accessToken) => (_application, _accessToken) = (application, accessToken);

    public string Url { get; private set; } = "";

    /// <summary>Seconds that a token is said to be good for.</summary>
    public int Life { get; init; } = 3600;

    /// <summary>Tokens that were asked for with a refresh token.</summary>
    public int Refreshes => _refreshes;

    public static async Task<SmallIssuer> StartAsync(string accessToken, int life = 3600)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var issuer = new SmallIssuer(builder.Build(), accessToken) { Life = life };
        issuer._application.Run(issuer.ServeAsync);
        await issuer._application.StartAsync();
        issuer.Url = issuer._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return issuer;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private Task ServeAsync(HttpContext context)
    {
        // The dashboard is of another origin.
        context.Response.Headers.AccessControlAllowOrigin = "*";
        return context.Request.Path.Value switch
        {
            "/.well-known/openid-configuration" => context.Response.WriteAsJsonAsync(new Dictionary<string, string> { ["authorization_endpoint"] = $"{Url}/authorize", ["token_endpoint"] = $"{Url}/token" }),
            "/authorize" => Authorize(context),
            "/token" => GiveAsync(context),
            _ => NotFound(context),
        };
    }

    private Task Authorize(HttpContext context)
    {
        var query = context.Request.Query;
        if (query["client_id"] != ClientId || query["code_challenge_method"] != "S256" || query["response_type"] != "code" || !query["scope"].ToString().Contains("litestream/fleet.read", StringComparison.Ordinal))
            return NotFound(context);
        var code = Guid.NewGuid().ToString("N");
        _codes[code] = (query["code_challenge"].ToString(), query["redirect_uri"].ToString());
        context.Response.Redirect($"{query["redirect_uri"]}?code={code}&state={query["state"]}");
        return Task.CompletedTask;
    }

    private async Task GiveAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        if (form["grant_type"] == "refresh_token" && form["refresh_token"] == "again")
            Interlocked.Increment(ref _refreshes);
        else if (!_codes.TryRemove(form["code"].ToString(), out var asked) || asked.Challenge != Challenge(form["code_verifier"].ToString()) || asked.Redirect != form["redirect_uri"])
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsJsonAsync(new Dictionary<string, string> { ["error"] = "invalid_grant" });
            return;
        }
        await context.Response.WriteAsJsonAsync(new Dictionary<string, object> { ["access_token"] = _accessToken, ["refresh_token"] = "again", ["expires_in"] = Life, ["token_type"] = "Bearer" });
    }

    private static string Challenge(string verifier) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
