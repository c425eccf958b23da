using Litestream.DynamoDb;
using Litestream.Http;

namespace Litestream.Cloud.Api;

/// <summary>A table that fails is nobody's mistake here: 503, and the log has what it said. A refused condition is an answer, and whoever asked for it deals with it.</summary>
internal static class TableTrouble
{
    public static async Task RunAsync(HttpContext context, RequestDelegate next, ILogger log)
    {
        try
        {
            await next(context);
        }
        catch (FleetTableException failed) when (failed.Fault != TableFault.Refused)
        {
            log.TableFailed(context.Request.Method, context.Request.Path, failed.Message);
            await ProblemDocuments.WriteAsync(context, CloudProblems.Unavailable(failed.Fault));
        }
    }
}
