using System.Text.Json;
using Litestream.Cloud.Drills;
using Litestream.DynamoDb;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Litestream.Cloud.Lambda;

/// <summary>
/// The worker as a function: each event of its schedule is one round, which ends before Lambda ends it. What the event says does not matter, unless it is a request
/// of an HTTP API: those are the other function's.
/// </summary>
internal sealed class WorkerServer(RuntimeApi runtime, DrillRound round, FleetMetrics metrics, IHostApplicationLifetime lifetime, ILogger log) : IServer
{
    private readonly InvocationLoop _loop = new(runtime, lifetime, log);

    public IFeatureCollection Features { get; } = new FeatureCollection();

    /// <summary>Why it ended by itself; null when it was stopped.</summary>
    public Exception? Failure => _loop.Failure;

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken) where TContext : notnull
    {
        _loop.Start(InvokeAsync);
        return Task.CompletedTask;
    }

    /// <summary>The round that runs lets go of what it has, and is told.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _loop.StopAsync(cancellationToken);

    public void Dispose() => _loop.Dispose();

    private async Task InvokeAsync(Invocation invocation, CancellationToken stop)
    {
        if (WhyNot(invocation.Event) is { } reason)
        {
            log.UnknownEvent(invocation.RequestId, reason);
            await runtime.FailAsync(invocation.RequestId, new() { ErrorType = "UnknownEvent", ErrorMessage = $"no event of a schedule: {reason}" }, CancellationToken.None);
            return;
        }
        try
        {
            var report = await round.RunAsync(invocation.Deadline, stop);
            await metrics.WriteAsync(CancellationToken.None);
            await runtime.AnswerAsync(invocation.RequestId, report, CancellationToken.None);
        }
        catch (FleetTableException away)
        {
            log.TableIsAway(away.Message);
            await runtime.FailAsync(invocation.RequestId, RuntimeFailure.Of(away), CancellationToken.None);
        }
    }

    /// <summary>Null for what a schedule sends.</summary>
    private static string? WhyNot(byte[] sent)
    {
        try
        {
            using var json = JsonDocument.Parse(sent);
            return json.RootElement.ValueKind != JsonValueKind.Object ? "it is no JSON object"
                : json.RootElement.TryGetProperty("requestContext", out _) ? "it is a request of an HTTP API, and this function is the worker (LITESTREAM_ROLE)" : null;
        }
        catch (JsonException error)
        {
            return error.Message;
        }
    }
}
