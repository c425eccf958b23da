using Litestream.Contract.Access;
using Litestream.DynamoDb;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Http;

namespace Litestream.Contract.Changes;

/// <summary>
/// Who changed what, and who was not let. The line of a change is there before the change, so that nothing happens without one, and is completed behind it
/// whether or not anybody still waits for the answer. Its key is the change's: a second try completes what the first one could not, and there are never two.
/// </summary>
internal sealed class AuditTrail(ContractContext context, UlidSource ids)
{
    private readonly RefusalLimit _limit = new(context.Time);

    /// <summary>The change may begin when this returns.</summary>
    /// <param name="change">What was asked for.</param>
    /// <param name="action">A word of the API: <c>restore</c>, <c>command.sync</c>.</param>
    /// <param name="target">A tenant, a host, a job.</param>
    /// <param name="before">How it was, as compact JSON.</param>
    /// <param name="after">How it is meant to be.</param>
    /// <param name="stop">Ends it; then nothing may begin.</param>
    public Task BeginAsync(Change change, string action, string target, string? before, string? after, CancellationToken stop) =>
        TryAsync(AuditItem.Append(Line(change, action, target) with { Before = before, After = after }), stop);

    /// <summary>It is done. Nothing ends this but the limit of every request to the table: whoever asked may be gone, and what they did is not.</summary>
    /// <param name="change">What was asked for.</param>
    /// <param name="action">As it began.</param>
    /// <param name="target">As it began.</param>
    /// <param name="after">How it is now; null: as it was meant to be.</param>
    public Task DoneAsync(Change change, string action, string target, string? after) =>
        TryAsync(AuditItem.Complete(Line(change, action, target) with { After = after, DoneAt = ItemTime.Rounded(context.Time.GetUtcNow()) }), CancellationToken.None);

    /// <summary>Runs a change; if it is refused, that is written, too, as well as can be: the refusal stands whatever the table says.</summary>
    public async Task<IResult> WatchAsync(HttpContext http, string action, string target, Func<Task<IResult>> change)
    {
        try
        {
            return await change();
        }
        catch (ProblemException refused) when (refused.Problem.Status < 500)
        {
            await RefusedAsync(Actor.Of(http).Name, action, target, refused.Problem.Code);
            throw;
        }
    }

    /// <summary>Of one actor so many in a minute are lines, the others only in the log: nobody fills the table with what they may not do.</summary>
    public async Task RefusedAsync(string actor, string action, string target, string code)
    {
        if (!_limit.MayWrite(actor))
        {
            context.Log.AuditLimited(actor, action, target, code);
            return;
        }
        try
        {
            var line = new AuditRecord { Id = ids.Next(), At = ItemTime.Rounded(context.Time.GetUtcNow()), Actor = actor, Action = action, Target = target, Refused = code };
            await TryAsync(AuditItem.Append(line), CancellationToken.None);
        }
        catch (FleetTableException failed)
        {
            context.Log.AuditFailed(actor, action, target, failed.Message);
        }
    }

    private static AuditRecord Line(Change change, string action, string target) => new() { Id = change.Target, At = change.At, Actor = change.Actor, Action = action, Target = target };

    private async Task TryAsync(ItemUpdate update, CancellationToken stop)
    {
        try
        {
            await context.Table.WriteAsync(update, stop);
        }
        catch (FleetTableException refused) when (refused.Fault == TableFault.Refused)
        {
            // It is there.
        }
    }
}
