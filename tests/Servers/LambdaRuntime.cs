using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Litestream.Tests.Servers;

/// <summary>
/// Lambda as a function sees it: the Runtime API of AWS's documentation, over loopback. Hands out what is invoked, one at a time; whoever asks for the next
/// one before the last is answered is noted.
/// </summary>
internal sealed class LambdaRuntime : IAsyncDisposable
{
    private const string Root = "/2018-06-01/runtime/";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly WebApplication _application;
    private readonly Channel<(string Id, byte[] Event, TimeSpan Time)> _waiting = Channel.CreateUnbounded<(string, byte[], TimeSpan)>();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<LambdaReply>> _open = new();
    private readonly TaskCompletionSource<LambdaReply> _initError = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _firstPoll = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _handedOut;
    private int _isDisposed;
    private int _invoked;

    private LambdaRuntime(WebApplication application) => _application = application;

    /// <summary>For <c>AWS_LAMBDA_RUNTIME_API</c>: host and port.</summary>
    public string Address { get; private set; } = "";

    /// <summary>The function has begun and asks for work.</summary>
    public Task FirstPoll => _firstPoll.Task.WaitAsync(Patience);

    /// <summary>The function said that it cannot begin.</summary>
    public Task<LambdaReply> InitError => _initError.Task.WaitAsync(Patience);

    /// <summary>It asked for another one before it had answered.</summary>
    public bool WasGreedy { get; private set; }

    /// <summary>Answered to the next poll instead of an invocation, if set.</summary>
    public int? PollStatus { get; set; }

    public static async Task<LambdaRuntime> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var runtime = new LambdaRuntime(builder.Build());
        runtime._application.Run(runtime.ServeAsync);
        await runtime._application.StartAsync();
        runtime.Address = new Uri(runtime._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Authority;
        return runtime;
    }

    /// <summary>Waits for what the function makes of it.</summary>
    /// <param name="request">The event.</param>
    /// <param name="time">Until the deadline; 30 s.</param>
    public Task<LambdaReply> InvokeAsync(JsonNode? request, TimeSpan? time = null) => InvokeAsync(JsonSerializer.SerializeToUtf8Bytes(request), time);

    public Task<LambdaReply> InvokeAsync(byte[] request, TimeSpan? time = null)
    {
        var id = new Guid(Interlocked.Increment(ref _invoked), 0, 0, [8, 0, 0, 0, 0, 0, 0, 1]).ToString();
        var reply = _open[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Writer.TryWrite((id, request, time ?? TimeSpan.FromSeconds(30)));
        return reply.Task.WaitAsync(Patience);
    }

    /// <summary>Once or several times: a test may end it before its own end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _application.StopAsync(limit.Token);
        await _application.DisposeAsync();
    }

    private Task ServeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        return path.StartsWith(Root, StringComparison.Ordinal) ? (context.Request.Method, path[Root.Length..].Split('/')) switch
        {
            ("GET", ["invocation", "next"]) => NextAsync(context),
            ("POST", ["invocation", var id, "response" or "error"]) => EndAsync(context, id, path.EndsWith("/error", StringComparison.Ordinal) ? "error" : "response"),
            ("POST", ["init", "error"]) => InitFailedAsync(context),
            _ => StatusAsync(context, 404),
        } : StatusAsync(context, 404);
    }

    private async Task NextAsync(HttpContext context)
    {
        _firstPoll.TrySetResult();
        WasGreedy |= Volatile.Read(ref _handedOut) > 0;
        if (PollStatus is { } refused)
        {
            await StatusAsync(context, refused);
            return;
        }
        var (id, request, time) = await _waiting.Reader.ReadAsync(context.RequestAborted);
        Interlocked.Increment(ref _handedOut);
        context.Response.Headers["Lambda-Runtime-Aws-Request-Id"] = id;
        context.Response.Headers["Lambda-Runtime-Deadline-Ms"] = DateTimeOffset.UtcNow.Add(time).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["Lambda-Runtime-Trace-Id"] = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1";
        context.Response.Headers["Lambda-Runtime-Invoked-Function-Arn"] = "arn:aws:lambda:eu-west-1:123456789012:function:fleet";
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(request);
    }

    private async Task EndAsync(HttpContext context, string id, string kind)
    {
        var reply = await ReplyAsync(context, kind);
        if (!_open.TryRemove(id, out var open))
        {
            await StatusAsync(context, 400);
            return;
        }
        Interlocked.Decrement(ref _handedOut);
        await StatusAsync(context, 202);
        open.SetResult(reply);
    }

    private async Task InitFailedAsync(HttpContext context)
    {
        var reply = await ReplyAsync(context, "error");
        await StatusAsync(context, 202);
        _initError.TrySetResult(reply);
    }

    private static async Task<LambdaReply> ReplyAsync(HttpContext context, string kind)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        return new(kind, body.RootElement.Clone(), context.Request.Headers["Lambda-Runtime-Function-Error-Type"]);
    }

    private static Task StatusAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }
}
