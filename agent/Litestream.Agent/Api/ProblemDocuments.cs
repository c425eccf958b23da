using System.Text.Json;
using Litestream.Fleet.Api;

namespace Litestream.Agent.Api;

/// <summary>One of the three edges that catch everything: whatever goes wrong in a request becomes a problem document.</summary>
internal static class ProblemDocuments
{
    public static async Task Run(HttpContext context, RequestDelegate next, ILogger logger)
    {
        try
        {
            await next(context);
            if (!context.Response.HasStarted && context.Response.StatusCode >= 400 && context.Response.ContentType is null)
                await WriteAsync(context, OfStatus(context));
        }
        catch (ProblemException known)
        {
            await WriteAsync(context, known.Problem);
        }
        catch (BadHttpRequestException bad)
        {
            await WriteAsync(context, OfBadRequest(bad));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // the client is gone
        }
        catch (Exception error)
        {
            logger.RequestFailed(context.Request.Method, context.Request.Path, error);
            await WriteAsync(context, Problems.Internal());
        }
    }

    public static async Task WriteAsync(HttpContext context, Problem problem)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }
        context.Response.Clear();
        ResponseHeaders.Apply(context.Response);
        context.Response.StatusCode = problem.Status;
        context.Response.ContentType = Problem.MediaType;
        if (problem.Status == StatusCodes.Status401Unauthorized)
            context.Response.Headers.WWWAuthenticate = "Bearer";
        await JsonSerializer.SerializeAsync(context.Response.Body, problem, FleetJson.Default.Problem, context.RequestAborted);
    }

    private static Problem OfStatus(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => Problems.NotFound(context.Request.Path),
        StatusCodes.Status405MethodNotAllowed => Problems.MethodNotAllowed(context.Request.Method),
        StatusCodes.Status413PayloadTooLarge => Problems.BodyTooLarge(),
        StatusCodes.Status415UnsupportedMediaType => Problems.NotJson(),
        >= 500 => Problems.Internal(),
        _ => Problems.BadBody("the request is malformed"),
    };

    private static Problem OfBadRequest(BadHttpRequestException bad) => bad.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => Problems.BodyTooLarge(),
        StatusCodes.Status415UnsupportedMediaType => Problems.NotJson(),
        _ when bad.InnerException is JsonException json => Problems.BadBody($"no JSON that fits, at line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}"),
        _ => Problems.BadBody("a JSON object is expected"),
    };
}
