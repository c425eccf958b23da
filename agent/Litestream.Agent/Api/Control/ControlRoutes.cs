using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Litestream.Agent.Api.Control;

/// <summary>
/// The addresses of the control socket, and there only: whoever may open it is the agent's own user. Every error of them is an
/// <see cref="ErrorAnswer"/>, not the API's problem document.
/// </summary>
internal static class ControlRoutes
{
    public static void Map(IEndpointRouteBuilder routes, AgentView agent)
    {
        var changes = new ControlChanges(agent);
        var reads = new ControlReads(agent);
        Post(routes, "/start", changes.StartAsync, ControlJson.Default.StateAnswer);
        Post(routes, "/stop", changes.StopAsync, ControlJson.Default.StateAnswer);
        Post(routes, "/register", changes.RegisterAsync, ControlJson.Default.RegisteredAnswer);
        Post(routes, "/unregister", changes.UnregisterAsync, ControlJson.Default.StateAnswer);
        Post(routes, "/sync", changes.SyncAsync, ControlJson.Default.SyncAnswer);
        Post(routes, "/drill", changes.DrillAsync, ControlJson.Default.DrillAnswer);
        routes.MapPost("/restore", context => AnswerAsync(context, new RestoreStream(agent)));
        Get(routes, "/txid", reads.Txid, ControlJson.Default.TxidAnswer);
        Get(routes, "/list", _ => reads.List(), ControlJson.Default.ListAnswer);
        Get(routes, "/info", _ => reads.Info(), ControlJson.Default.InfoAnswer);
        Get(routes, "/debug/sync-status", reads.SyncStatus, ControlJson.Default.SyncStatusAnswer);
    }

    private static void Get<T>(IEndpointRouteBuilder routes, string address, Func<string?, T> answer, JsonTypeInfo<T> type) =>
        routes.MapGet(address, Handler(context => Task.FromResult(answer(context.Request.Query["path"].FirstOrDefault())), type));

    private static void Post<T>(IEndpointRouteBuilder routes, string address, Func<ControlRequest, CancellationToken, Task<T>> answer, JsonTypeInfo<T> type) =>
        routes.MapPost(address, Handler(async context => await answer(await ReadAsync(context), context.RequestAborted), type));

    private static RequestDelegate Handler<T>(Func<HttpContext, Task<T>> answer, JsonTypeInfo<T> type) => context => AnswerAsync(context, answer, type);

    private static Task AnswerAsync<T>(HttpContext context, Func<HttpContext, Task<T>> answer, JsonTypeInfo<T> type) =>
        AnswerAsync(context, async () => await WriteAsync(context, StatusCodes.Status200OK, await answer(context), type));

    /// <summary>A JSON object a line, each as soon as it is known.</summary>
    private static Task AnswerAsync(HttpContext context, RestoreStream restore) => AnswerAsync(context, async () =>
    {
        var request = await ReadAsync(context);
        context.Response.ContentType = "application/x-ndjson";
        await foreach (var line in restore.RunAsync(request, context.RequestAborted))
        {
            await JsonSerializer.SerializeAsync(context.Response.Body, line, ControlJson.Default.RestoreLine, context.RequestAborted);
            await context.Response.WriteAsync("\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    });

    private static async Task AnswerAsync(HttpContext context, Func<Task> answer)
    {
        if (context.Features.Get<ControlSocketFeature>() is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        try
        {
            await answer();
        }
        catch (ControlException error)
        {
            await WriteAsync(context, error.Status, new(error.Message, error.Details), ControlJson.Default.ErrorAnswer);
        }
        catch (LitestreamException error)
        {
            await WriteAsync(context, StatusCodes.Status500InternalServerError, new(error.Message, error.Hint), ControlJson.Default.ErrorAnswer);
        }
    }

    private static async Task<ControlRequest> ReadAsync(HttpContext context)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, ControlJson.Default.ControlRequest, context.RequestAborted)
                ?? throw ControlException.BadRequest("invalid request body", "a JSON object is expected");
        }
        catch (JsonException error)
        {
            throw ControlException.BadRequest("invalid request body", $"no JSON that fits, at line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}");
        }
        catch (BadHttpRequestException error)
        {
            throw new ControlException(error.StatusCode, "invalid request body", error.Message);
        }
    }

    private static async Task WriteAsync<T>(HttpContext context, int status, T answer, JsonTypeInfo<T> type)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(context.Response.Body, answer, type, context.RequestAborted);
    }
}
