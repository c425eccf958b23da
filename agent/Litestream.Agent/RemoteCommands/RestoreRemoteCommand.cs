using Litestream.Agent.Restoring;
using Litestream.Fleet.Items;
using Litestream.InPlace;
using Litestream.Ltx;
using Litestream.Restore;

namespace Litestream.Agent.RemoteCommands;

/// <summary><c>restore</c>: a former state, in place (which can be undone), to a path, or as a new tenant.</summary>
internal sealed class RestoreRemoteCommand(RestoreElsewhere elsewhere) : IRemoteCommand
{
    public string Kind => CommandKinds.Restore;

    public TimeSpan Limit => TimeSpan.FromHours(24);

    /// <summary>Nobody knows whether an application has written to the restored state since: to do it again would take that back.</summary>
    public bool MayBeResumed => false;

    public Task<RemoteResult> RunAsync(RemoteRun run, CancellationToken cancellationToken)
    {
        var arguments = run.Command.Arguments;
        if (arguments.Replica is not null)
            throw new RemoteCommandException(CommandErrors.BadArgument, "this version restores from the tenant's own replica only; leave replica out");
        if (arguments is { TargetPath: not null, NewTenant: not null })
            throw new RemoteCommandException(CommandErrors.BadArgument, "targetPath and newTenant both say where to; give one of them");
        return arguments is { TargetPath: null, NewTenant: null } ? InPlaceAsync(run, cancellationToken) : ElsewhereAsync(run, cancellationToken);
    }

    private static async Task<RemoteResult> InPlaceAsync(RemoteRun run, CancellationToken cancellationToken)
    {
        var (txid, timestamp) = RemoteMoment.Of(run.Command);
        if (txid is null && timestamp is null)
            throw new RemoteCommandException(CommandErrors.BadArgument, "to which moment? In place, the newest is what the database has; give txid or timestamp");
        try
        {
            var options = new InPlaceOptions { Txid = txid, Timestamp = timestamp, FailsIfBusy = run.Command.Arguments.IfBusy != IfBusyWords.Wait };
            var result = await run.Database.RestoreInPlaceAsync(options, new InPlaceTelling(run), cancellationToken);
            return new($"restored to transaction {result.Txid}, which is transaction {result.After} now; the state before, {result.Before}, is kept until {result.UndoUntil.UtcDateTime:O}", result.After);
        }
        catch (InPlaceException e) when (e.Fault is InPlaceFault.Busy or InPlaceFault.AlreadyRunning)
        {
            throw new RemoteCommandException(CommandErrors.Busy, e.Message);
        }
        catch (InPlaceException e) when (e.Fault is InPlaceFault.NotPublished)
        {
            // It has happened, whoever stops waiting now.
            return new(e.Message, Txid.None);
        }
        catch (InPlaceException e) when (e.Fault is InPlaceFault.NotReplicated)
        {
            throw new RemoteCommandException(CommandErrors.NotReplicated, e.Message);
        }
    }

    private async Task<RemoteResult> ElsewhereAsync(RemoteRun run, CancellationToken cancellationToken)
    {
        var (arguments, source) = (run.Command.Arguments, run.Database.Name);
        var (txid, timestamp) = RemoteMoment.Of(run.Command);
        var options = new RestoreOptions { OutputPath = "", Txid = txid, Timestamp = timestamp };
        var restored = arguments.NewTenant is { } tenant
            ? await elsewhere.ForkAsync(source, $"{tenant}", options, new Telling(run), cancellationToken)
            : await elsewhere.RunAsync(source, arguments.TargetPath!, options, new Telling(run), cancellationToken);
        return new($"restored transaction {restored.Result.Txid}, {restored.Result.SizeBytes} bytes, to {restored.Becomes?.Path ?? arguments.TargetPath}{(restored.Pending is { } why ? $"; it is not in the replica yet: {why}" : "")}", restored.Result.Txid);
    }

    private sealed class Telling(RemoteRun run) : IProgress<RestoreProgress>
    {
        public void Report(RestoreProgress value) => run.Report("fetching", value.PagesTotal == 0 ? 0 : (int)(95 * value.PagesDone / value.PagesTotal), value.BytesRead, value.PagesDone);
    }

    private sealed class InPlaceTelling(RemoteRun run) : IProgress<InPlaceProgress>
    {
        public void Report(InPlaceProgress value) => run.Report(value.Step.ToString().ToLowerInvariant(), value.Step switch
        {
            InPlaceStep.Capturing => run.Progress.Percent,
            InPlaceStep.Fetching => 5 + (int)(60 * (value.Percent ?? 0) / 100),
            InPlaceStep.Waiting => 65,
            InPlaceStep.Copying => 65 + (int)(30 * (value.Percent ?? 0) / 100),
            _ => 95,
        }, value.BytesRead, value.PagesDone);
    }
}
