using System.Net;
using Litestream.Dashboard;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Litestream.Agent.Tests.Api;

/// <summary>The dashboard inside a program, and a program without one.</summary>
public sealed class DashboardEndpointsTests
{
    [Fact]
    public async Task Without_its_files_the_page_says_how_to_get_them()
    {
        // An assembly that no dashboard was built into.
        await using var server = await StartAsync(new(typeof(DashboardEndpointsTests).Assembly));
        using var http = new HttpClient { BaseAddress = AddressOf(server) };
        var page = await http.GetStringAsync("");
        Assert.Contains("built without its dashboard", page, StringComparison.Ordinal);
        Assert.Contains("Node", page, StringComparison.Ordinal);
        Assert.Contains("/api/status", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_files_are_compressed_tagged_and_kept_for_good_where_their_name_has_a_hash()
    {
        var files = new DashboardFiles(typeof(DashboardEndpoints).Assembly);
        Assert.True(files.Names.Contains("index.html") || !HasNode(), "Node is here, and the dashboard was not built");
        if (!files.Names.Contains("index.html"))
            return;
        await using var server = await StartAsync(files);
        using var plain = new HttpClient { BaseAddress = AddressOf(server) };
        using var gzip = new HttpClient(new HttpClientHandler { AutomaticDecompression = DecompressionMethods.GZip }) { BaseAddress = AddressOf(server) };
        foreach (var name in files.Names)
        {
            var address = name == "index.html" ? "" : name;
            using var answer = await plain.GetAsync(new Uri(address, UriKind.Relative));
            Assert.Empty(answer.Content.Headers.ContentEncoding);
            Assert.Equal(await answer.Content.ReadAsStringAsync(), await gzip.GetStringAsync(new Uri(address, UriKind.Relative)));
            Assert.Equal(name.StartsWith("assets/", StringComparison.Ordinal), answer.Headers.CacheControl!.ToString().Contains("immutable", StringComparison.Ordinal));
            using var again = new HttpRequestMessage(HttpMethod.Get, address);
            again.Headers.TryAddWithoutValidation("If-None-Match", answer.Headers.ETag!.ToString());
            using var known = await plain.SendAsync(again);
            Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
            Assert.Equal(HttpStatusCode.NotModified, (await AskAsync(plain, address, "If-None-Match", "*")).StatusCode);
            Assert.Equal(HttpStatusCode.NotModified, (await AskAsync(plain, address, "If-None-Match", $"\"other\", W/{answer.Headers.ETag}")).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await AskAsync(plain, address, "If-None-Match", "\"other\"")).StatusCode);
            foreach (var (accepted, isGzip) in new[] { ("gzip;q=0", false), ("gzip;q=0.5", true), ("GZIP", true), ("br, gzip", true), ("br", false), ("*", true), ("*;q=0", false), ("gzip;q=0, *", false) })
                Assert.Equal(isGzip, (await AskAsync(plain, address, "Accept-Encoding", accepted)).Content.Headers.ContentEncoding.Contains("gzip"));
        }
        Assert.True(files.Names.Sum(name => files.Open(name).Length) < 100_000, "a first visit loads at most 100 kB");
    }

    private static async Task<HttpResponseMessage> AskAsync(HttpClient http, string address, string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation(header, value);
        return await http.SendAsync(request);
    }

    private static bool HasNode() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "npm")));

    private static async Task<WebApplication> StartAsync(DashboardFiles files)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        application.UseRouting();
        DashboardEndpoints.Map(application, files, _ => { });
        await application.StartAsync();
        return application;
    }

    private static Uri AddressOf(WebApplication server) => new(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
}
