using System.Text.Json;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Litestream.Http;

/// <summary>One of the three edges that catch everything: whatever goes wrong in a request becomes a problem document.</summary>
public static class ProblemDocuments
{
    private const string RetrySeconds = "2";

    /// <param name="context">Of the request.</param>
    /// <param name="next">What answers it.</param>
    /// <param name="failed">Told of what nobody expected.</param>
    public static async Task Run(HttpContext context, RequestDelegate next, Action<HttpContext, Exception> failed)
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
            await WriteAsync(context, OfBadRequest(context, bad));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // the client is gone
        }
        catch (Exception error)
        {
            failed(context, error);
            await WriteAsync(context, RequestProblems.Internal());
        }
    }

    public static async Task WriteAsync(HttpContext context, Problem problem)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }
        var allowed = context.Response.Headers.Allow;
        context.Response.Clear();
        if (problem.Status == StatusCodes.Status405MethodNotAllowed)
            context.Response.Headers.Allow = allowed;
        ResponseHeaders.Apply(context.Response);
        context.Response.StatusCode = problem.Status;
        context.Response.ContentType = Problem.MediaType;
        if (problem.Status == StatusCodes.Status401Unauthorized)
            context.Response.Headers.WWWAuthenticate = "Bearer";
        if (problem.Code == ProblemCodes.Unavailable)
            context.Response.Headers.RetryAfter = RetrySeconds;
        await JsonSerializer.SerializeAsync(context.Response.Body, problem, FleetJson.Default.Problem, context.RequestAborted);
    }

    private static Problem OfStatus(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => RequestProblems.NotFound(context.Request.Path),
        StatusCodes.Status405MethodNotAllowed => RequestProblems.MethodNotAllowed(context.Request.Method),
        StatusCodes.Status413PayloadTooLarge => RequestProblems.BodyTooLarge(LimitOf(context)),
        StatusCodes.Status415UnsupportedMediaType => RequestProblems.NotJson(),
        >= 500 => RequestProblems.Internal(),
        _ => RequestProblems.BadBody("the request is malformed"),
    };

    private static Problem OfBadRequest(HttpContext context, BadHttpRequestException bad) => bad.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => RequestProblems.BodyTooLarge(LimitOf(context)),
        StatusCodes.Status415UnsupportedMediaType => RequestProblems.NotJson(),
        _ when bad.InnerException is JsonException json => RequestProblems.BadBody($"no JSON that fits, at line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}"),
        _ => RequestProblems.BadBody("a JSON object is expected"),
    };

    private static long? LimitOf(HttpContext context) => context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize;
}
