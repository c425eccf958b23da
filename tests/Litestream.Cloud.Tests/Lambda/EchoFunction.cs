using System.Text.Json.Nodes;
using Litestream.Cloud.Lambda;
using Litestream.Http;
using Litestream.Tests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Cloud.Tests.Lambda;

/// <summary>An application behind our server for Lambda that says back what reached it, and answers in every way there is.</summary>
internal sealed class EchoFunction : IAsyncDisposable
{
    public static readonly byte[] Picture = [0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe, 0x00, 0x80];

    private readonly WebApplication _application;

    private EchoFunction(WebApplication application, LambdaRuntime lambda, Task hangs) => (_application, Lambda, Hangs) = (application, lambda, hangs);

    /// <summary>A request for /hangs has arrived.</summary>
    public Task Hangs { get; }

    public LambdaRuntime Lambda { get; }

    public LambdaServer Server => (LambdaServer)_application.Services.GetRequiredService<IServer>();

    public CancellationToken Stopping => _application.Lifetime.ApplicationStopping;

    public static async Task<EchoFunction> StartAsync()
    {
        var lambda = await LambdaRuntime.StartAsync();
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IServer>(services =>
            new LambdaServer(new(lambda.Address), services.GetRequiredService<IHostApplicationLifetime>(), TimeProvider.System, NullLogger.Instance));
        var application = builder.Build();
        application.Use(next => context => context.Request.Path == "/bare" ? next(context) : ProblemDocuments.Run(context, next, (_, _) => { }));
        application.UseRouting();
        var hangs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Map(application, hangs);
        await application.StartAsync();
        return new(application, lambda, hangs.Task);
    }

    public Task<LambdaReply> InvokeAsync(JsonObject request, TimeSpan? time = null) => Lambda.InvokeAsync(request, time);

    public Task StopAsync() => _application.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
        await Lambda.DisposeAsync();
    }

    private static void Map(WebApplication application, TaskCompletionSource hangs)
    {
        application.Map("/echo/{**rest}", (RequestDelegate)EchoAsync);
        application.MapGet("/picture", (RequestDelegate)(context => Write(context, "image/webp", Picture)));
        application.MapGet("/font", (RequestDelegate)(context => Write(context, "font/woff2", Picture)));
        application.MapGet("/packed", (RequestDelegate)(context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            return Write(context, "application/json", Picture);
        }));
        application.MapGet("/wrong-text", (RequestDelegate)(context => Write(context, "text/plain", Picture)));
        application.MapGet("/text", (RequestDelegate)(context => Write(context, "text/css; charset=utf-8", "a::after{content:\"…\"}"u8.ToArray())));
        application.MapGet("/cookies", (RequestDelegate)(context =>
        {
            context.Response.Cookies.Append("one", "1");
            context.Response.Cookies.Append("two", "2");
            context.Response.Headers.Append("X-Several", new(["a", "b"]));
            context.Response.OnStarting(() =>
            {
                context.Response.Headers["X-Starting"] = "yes";
                return Task.CompletedTask;
            });
            return Task.CompletedTask;
        }));
        application.MapGet("/throws", (RequestDelegate)(_ => throw new InvalidOperationException("a secret")));
        application.MapGet("/bare", (RequestDelegate)(_ => throw new InvalidOperationException("a secret")));
        application.MapGet("/half", (RequestDelegate)(async context =>
        {
            await context.Response.WriteAsync("{\"half\":");
            throw new InvalidOperationException("in the middle");
        }));
        application.MapGet("/hangs", (RequestDelegate)(context =>
        {
            hangs.TrySetResult();
            return Task.Delay(Timeout.Infinite, context.RequestAborted);
        }));
        application.MapGet("/huge", (RequestDelegate)(context => Write(context, "application/octet-stream", new byte[LambdaServer.MostAnswerBytes])));
    }

    private static async Task EchoAsync(HttpContext context)
    {
        var request = context.Request;
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        var answer = new JsonObject
        {
            ["method"] = request.Method,
            ["scheme"] = request.Scheme,
            ["host"] = request.Host.Value,
            ["pathBase"] = request.PathBase.Value,
            ["path"] = request.Path.Value,
            ["query"] = new JsonObject(request.Query.Select(q => KeyValuePair.Create(q.Key, (JsonNode?)new JsonArray([.. q.Value.Select(v => (JsonNode?)v)])))),
            ["headers"] = new JsonObject(request.Headers.Select(h => KeyValuePair.Create(h.Key.ToLowerInvariant(), (JsonNode?)new JsonArray([.. h.Value.Select(v => (JsonNode?)v)])))),
            ["cookies"] = new JsonObject(request.Cookies.Select(c => KeyValuePair.Create(c.Key, (JsonNode?)c.Value))),
            ["length"] = request.ContentLength,
            ["body"] = Convert.ToHexStringLower(body.ToArray()),
            ["client"] = context.Connection.RemoteIpAddress?.ToString(),
            ["trace"] = context.TraceIdentifier,
            ["authenticated"] = context.User.Identity?.IsAuthenticated,
            ["claims"] = new JsonObject(context.User.Claims.Select(c => KeyValuePair.Create(c.Type, (JsonNode?)c.Value))),
        };
        await Write(context, "application/json", System.Text.Encoding.UTF8.GetBytes(answer.ToJsonString()));
    }

    private static Task Write(HttpContext context, string type, byte[] bytes)
    {
        context.Response.ContentType = type;
        return context.Response.Body.WriteAsync(bytes).AsTask();
    }
}
