using Litestream.Cloud.Access;
using Litestream.DynamoDb;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Http;

namespace Litestream.Cloud.Changes;

/// <summary>
/// Who changed what, and who was not let. A change is answered only when its line is written; as the line's key is the change's, a second try writes it when the
/// first one could not, and never two of them.
/// </summary>
internal sealed class AuditTrail(CloudContext context, UlidSource ids)
{
    /// <param name="change">What was asked for.</param>
    /// <param name="action">A word of the API: <c>restore</c>, <c>command.sync</c>.</param>
    /// <param name="target">A tenant, a host, a job.</param>
    /// <param name="before">How it was, as compact JSON.</param>
    /// <param name="after">How it is now.</param>
    /// <param name="stop">Ends it.</param>
    public Task DoneAsync(Change change, string action, string target, string? before, string after, CancellationToken stop) =>
        AppendAsync(new() { Id = change.Target, At = change.At, Actor = change.Actor, Action = action, Target = target, Before = before, After = after }, stop);

    /// <summary>Runs a change; if it is refused, that is written, too, as well as can be: the refusal stands whatever the table says.</summary>
    public async Task<IResult> WatchAsync(HttpContext http, string action, string target, Func<Task<IResult>> change)
    {
        try
        {
            return await change();
        }
        catch (ProblemException refused) when (refused.Problem.Status < 500)
        {
            var line = new AuditRecord
            {
                Id = ids.Next(),
                At = ItemTime.Rounded(context.Time.GetUtcNow()),
                Actor = Actor.Of(http).Name,
                Action = action,
                Target = target,
                Refused = refused.Problem.Code,
            };
            try
            {
                await AppendAsync(line, http.RequestAborted);
            }
            catch (FleetTableException failed)
            {
                context.Log.AuditFailed(line.Actor, action, target, failed.Message);
            }
            throw;
        }
    }

    private async Task AppendAsync(AuditRecord line, CancellationToken stop)
    {
        try
        {
            await context.Table.WriteAsync(AuditItem.Append(line), stop);
        }
        catch (FleetTableException refused) when (refused.Fault == TableFault.Refused)
        {
            // It is there.
        }
    }
}
