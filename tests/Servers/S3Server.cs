using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Litestream.Tests.Servers;

/// <summary>
/// An object store of the tests that speaks as much of S3 as litestream asks for, over loopback: create-only writes, multipart uploads, ranges,
/// listings in pages, deletion in batches. It checks the digest of every body and the name of the key, but no signatures (Ceph does).
/// </summary>
internal sealed class S3Server : IAsyncDisposable
{
    public const string AccessKeyId = "AKIDTESTS";
    public const string SecretAccessKey = "any secret will do";

    private readonly WebApplication _application;

    private S3Server(WebApplication application) => _application = application;

    /// <summary>http://127.0.0.1:port</summary>
    public string Endpoint { get; private set; } = "";

    public S3Store Store { get; } = new();

    /// <summary>Every request so far, answered or not; forgotten with <see cref="KeepsRequests"/> false.</summary>
    public ConcurrentQueue<S3ServerRequest> Requests { get; } = new();

    public bool KeepsRequests { get; set; } = true;

    /// <summary>A store of the kind that knows no conditional writes: it overwrites.</summary>
    public bool IgnoresConditions { get; set; }

    /// <summary>A store of the kind that refuses conditional writes.</summary>
    public bool RefusesConditions { get; set; }

    /// <summary>A store without deletion in batches.</summary>
    public bool RefusesBatches { get; set; }

    /// <summary>Asked for each request before it is served; what it answers is done instead or as well.</summary>
    public Func<S3ServerRequest, S3ServerFault> Fault { get; set; } = _ => S3ServerFault.None;

    /// <summary>A URL of a replica in this store.</summary>
    public string Url(string bucketAndPath) => $"s3://{bucketAndPath}?endpoint={Endpoint}&region=us-east-1&forcePathStyle=true";

    public static async Task<S3Server> StartAsync(params string[] buckets)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        var server = new S3Server(builder.Build());
        foreach (var bucket in buckets)
            server.Store.CreateBucket(bucket);
        server._application.Run(server.ServeAsync);
        await server._application.StartAsync();
        server.Endpoint = server._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _application.StopAsync(limit.Token);
        await _application.DisposeAsync();
    }

    private async Task ServeAsync(HttpContext context)
    {
        var body = await ReadAsync(context.Request);
        var request = S3ServerRequest.Of(context.Request, body);
        if (KeepsRequests)
            Requests.Enqueue(request);
        var fault = Fault(request);
        if (fault == S3ServerFault.Reset)
        {
            context.Abort();
            return;
        }
        var answer = fault switch
        {
            S3ServerFault.SlowDown => S3Answer.Error(503, "SlowDown"),
            S3ServerFault.InternalError => S3Answer.Error(500, "InternalError"),
            S3ServerFault.SlowDownForTwoSeconds => S3Answer.Error(503, "SlowDown") with { Headers = new Dictionary<string, string> { ["Retry-After"] = "2" } },
            S3ServerFault.Page => new(200, "<html><body>Sign in to the network of this hotel</body></html>"u8.ToArray(), new Dictionary<string, string> { ["Content-Type"] = "text/html" }),
            S3ServerFault.OtherXml => S3Answer.Xml(200, "<hello/>"),
            S3ServerFault.Nothing => S3Answer.Empty(200),
            S3ServerFault.Redirect => new(307, [], new Dictionary<string, string> { ["Location"] = $"{Endpoint}/{request.Bucket}/{request.Key}" }),
            S3ServerFault.Denied => S3Answer.Error(403, "AccessDenied"),
            S3ServerFault.Conflict => S3Answer.Error(409, "ConditionalRequestConflict"),
            _ => new S3Dialogue(this).Answer(request),
        };
        if (fault == S3ServerFault.Swallow)
            Store.Delete(request.Bucket, request.Key);
        if (fault == S3ServerFault.LoseReply)
        {
            context.Abort();
            return;
        }
        await WriteAsync(context, answer, fault == S3ServerFault.CutReply);
    }

    private static async Task<byte[]> ReadAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        return body.ToArray();
    }

    private static async Task WriteAsync(HttpContext context, S3Answer answer, bool isCut)
    {
        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
            context.Response.Headers[name] = value;
        context.Response.ContentLength = answer.LengthOf(context.Request.Method);
        if (context.Request.Method == "HEAD")
            return;
        await context.Response.Body.WriteAsync(isCut ? answer.Body.AsMemory(0, answer.Body.Length / 2) : answer.Body);
        if (isCut)
        {
            await context.Response.Body.FlushAsync();
            context.Abort();
        }
    }
}
