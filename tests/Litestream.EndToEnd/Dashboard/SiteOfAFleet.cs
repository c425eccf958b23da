using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Litestream.EndToEnd.Dashboard;

/// <summary>As CloudFront puts it together: the dashboard's files, config.json, and the API behind one name, under a policy that lets the page talk to itself and its issuer.</summary>
internal sealed class SiteOfAFleet : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly HttpClient _api;
    private readonly SmallIssuer _issuer;

    private SiteOfAFleet(WebApplication application, Uri api, SmallIssuer issuer) => (_application, _api, _issuer) = (application, new() { BaseAddress = api }, issuer);

    public Uri Address { get; private set; } = null!;

    public static async Task<SiteOfAFleet> StartAsync(Uri api, SmallIssuer issuer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var site = new SiteOfAFleet(builder.Build(), api, issuer);
        site._application.Run(site.ServeAsync);
        await site._application.StartAsync();
        site.Address = new(site._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return site;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _api.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        context.Response.Headers.ContentSecurityPolicy = $"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' {_issuer.Url}; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        if (context.Request.Path == "/config.json")
        {
            await context.Response.WriteAsJsonAsync(new Dictionary<string, string> { ["issuer"] = _issuer.Url, ["clientId"] = SmallIssuer.ClientId, ["scopePrefix"] = "litestream/" });
            return;
        }
        using var request = new HttpRequestMessage(HttpMethod.Get, context.Request.Path + context.Request.QueryString);
        if (AuthenticationHeaderValue.TryParse(context.Request.Headers.Authorization, out var token))
            request.Headers.Authorization = token;
        using var answer = await _api.SendAsync(request);
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        await answer.Content.CopyToAsync(context.Response.Body);
    }
}
