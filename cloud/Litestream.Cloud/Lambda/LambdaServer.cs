using System.Text.Json;
using Litestream.Http;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Litestream.Cloud.Lambda;

/// <summary>
/// The web server of a function: each event is a request of an HTTP API, answered before the next.
/// </summary>
internal sealed class LambdaServer(RuntimeApi runtime, IHostApplicationLifetime lifetime, TimeProvider time, ILogger log) : IServer
{
    /// <summary>Lambda takes 6 MB of JSON; base64 and escapes need room.</summary>
    public const int MostAnswerBytes = 4 << 20;

    private const string TraceVariable = "_X_AMZN_TRACE_ID";

    private readonly InvocationLoop _loop = new(runtime, lifetime, log);

    public IFeatureCollection Features { get; } = new FeatureCollection();

    /// <summary>Why it ended by itself; null when it was stopped.</summary>
    public Exception? Failure => _loop.Failure;

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken) where TContext : notnull
    {
        _loop.Start((invocation, _) => InvokeAsync(application, invocation));
        return Task.CompletedTask;
    }

    /// <summary>What is being answered is answered; no more is asked for.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _loop.StopAsync(cancellationToken);

    public void Dispose() => _loop.Dispose();

    private async Task InvokeAsync<TContext>(IHttpApplication<TContext> application, Invocation invocation) where TContext : notnull
    {
        // Where AWS's own libraries look for it.
        Environment.SetEnvironmentVariable(TraceVariable, invocation.TraceId);
        using var deadline = new Deadline(invocation.Deadline, time);
        using var exchange = Exchange(invocation, deadline, out var reason);
        if (exchange is null)
        {
            log.UnknownEvent(invocation.RequestId, reason);
            await runtime.FailAsync(invocation.RequestId, new() { ErrorType = "UnknownEvent", ErrorMessage = $"no event of an HTTP API with payload 2.0: {reason}" }, CancellationToken.None);
            return;
        }
        var answer = await exchange.RunAsync(application, error => log.InvocationFailed(invocation.RequestId, error));
        if (deadline.HasPassed)
            log.DeadlinePassed(invocation.RequestId);
        if (answer.Body.Length > MostAnswerBytes)
        {
            log.AnswerTooLarge(invocation.RequestId, answer.Body.Length, MostAnswerBytes);
            answer = AnswerText.Of(RequestProblems.Internal());
        }
        var status = await runtime.AnswerAsync(invocation.RequestId, answer, CancellationToken.None);
        if (status >= 300)
            log.AnswerNotTaken(invocation.RequestId, status);
    }

    /// <summary>Null, and why, for an event that is no request.</summary>
    private static LambdaExchange? Exchange(Invocation invocation, Deadline deadline, out string reason)
    {
        reason = "it is null";
        try
        {
            return JsonSerializer.Deserialize(invocation.Event, CloudJson.Default.HttpApiEvent) is { } request ? new(request, invocation.RequestId, deadline) : null;
        }
        catch (Exception error) when (error is JsonException or FormatException)
        {
            reason = error.Message;
            return null;
        }
    }
}
