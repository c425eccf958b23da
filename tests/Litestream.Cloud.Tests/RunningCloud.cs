using System.Net;
using System.Text.Json;
using Litestream.Cloud.Access;
using Litestream.Cloud.Configuration;
using Litestream.Tests.Servers;
using Microsoft.AspNetCore.Builder;

namespace Litestream.Cloud.Tests;

/// <summary>The API on a free port of loopback, over a table of the tests.</summary>
internal sealed class RunningCloud : IAsyncDisposable
{
    private RunningCloud(WebApplication application, TableServer table) => (Application, Table, Http) = (application, table, new() { BaseAddress = new(application.Urls.Single()) });

    public WebApplication Application { get; }

    public TableServer Table { get; }

    public HttpClient Http { get; }

    public static async Task<RunningCloud> StartAsync(Func<CloudOptions, CloudOptions>? change = null, TimeProvider? time = null)
    {
        var table = await FleetItems.StartTableAsync();
        var options = Options(table);
        var application = CloudApplication.Build(change?.Invoke(options) ?? options, time ?? TimeProvider.System);
        await application.StartAsync();
        return new(application, table);
    }

    public static CloudOptions Options(TableServer table) => new()
    {
        Table = "fleet",
        TableAccess = new() { Endpoint = table.Endpoint, Region = "eu-west-1", AccessKeyId = "test", SecretAccessKey = "test" },
        Access = AccessKind.Anonymous,
        Port = 0,
    };

    /// <summary>A request whose answer is looked at whole.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return Http.SendAsync(request);
    }

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, headers);

    /// <summary>What a read answers that succeeds.</summary>
    public async Task<JsonElement> ReadAsync(string path)
    {
        var answer = await GetAsync(path);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return await JsonAsync(answer);
    }

    /// <summary>All items of a list, page by page; <paramref name="path"/> has a query.</summary>
    /// <param name="items">What the list is called in the answer.</param>
    public async Task<List<JsonElement>> PagesAsync(string path, string items = "items")
    {
        const int MostPages = 10_000;
        var all = new List<JsonElement>();
        string? cursor = null;
        for (var pages = 0; pages == 0 || cursor is not null; pages++)
        {
            Assert.True(pages < MostPages, $"{path} has no end");
            var page = await ReadAsync(path + (cursor is null ? "" : $"&cursor={cursor}"));
            all.AddRange(page.GetProperty(items).EnumerateArray());
            cursor = page.GetProperty("nextCursor").GetString();
        }
        return all;
    }

    public static async Task<JsonElement> JsonAsync(HttpResponseMessage answer)
    {
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return json.RootElement.Clone();
    }

    /// <summary>The <c>code</c> of a problem document, which it has to be.</summary>
    public static async Task<string> CodeAsync(HttpResponseMessage answer)
    {
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = await JsonAsync(answer);
        Assert.Equal((int)answer.StatusCode, problem.GetProperty("status").GetInt32());
        return problem.GetProperty("code").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await Application.StopAsync(limit.Token);
        await Application.DisposeAsync();
        await Table.DisposeAsync();
    }
}
