using Litestream.Agent.Restoring;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.InPlace;
using Litestream.Ltx;
using Litestream.Restore;

namespace Litestream.Agent.RemoteCommands;

/// <summary><c>restore</c>: a former state, in place (which can be undone), to a path, or as a new tenant.</summary>
internal sealed class RestoreRemoteCommand(RestoreElsewhere elsewhere, RemoteReplicas replicas, Func<Guid, CancellationToken, Task<string?>> ownerElsewhere) : IRemoteCommand
{
    public string Kind => CommandKinds.Restore;

    public TimeSpan Limit => TimeSpan.FromHours(24);

    /// <summary>The tenant's next look at its database settles what a killed restore came to; one that cannot be looked at is not waited for longer.</summary>
    private static readonly TimeSpan LookLimit = TimeSpan.FromMinutes(10);

    /// <summary>A deleted one comes back to where it was; another host's comes to a path, or as a fork.</summary>
    public bool TakesAbsentTenants => true;

    public async Task<RemoteResult> RunAsync(RemoteRun run, CancellationToken cancellationToken)
    {
        var arguments = run.Command.Arguments;
        if (arguments is { TargetPath: not null, NewTenant: not null })
            throw new RemoteCommandException(CommandErrors.BadArgument, "targetPath and newTenant both say where to; give one of them");
        if (arguments.IfBusy is not (null or IfBusyWords.Wait or IfBusyWords.Fail))
            throw new RemoteCommandException(CommandErrors.BadArgument, $"ifBusy: \"{arguments.IfBusy}\" is none; expected {IfBusyWords.Wait} or {IfBusyWords.Fail}");
        using var named = replicas.Open(run);
        return run.IsRegistered && arguments is { TargetPath: null, NewTenant: null }
            ? await InPlaceAsync(run, named, cancellationToken)
            : await ElsewhereAsync(run, named, cancellationToken);
    }

    /// <summary>
    /// Never a second time over what an application may have written to the restored state since: in place it is found out whether it happened. A new file is
    /// there whole, or not at all; then it is made.
    /// </summary>
    public async Task<RemoteResult> GoOnAsync(RemoteRun run, CancellationToken cancellationToken)
    {
        var arguments = run.Command.Arguments;
        if (arguments is { TargetPath: null, NewTenant: null } && !run.BeganAbsent)
            return await FindOutAsync(run, cancellationToken);
        var path = arguments.NewTenant is { } tenant ? elsewhere.PathOfFork(run.Name, $"{tenant}") : arguments.TargetPath ?? elsewhere.FormerPath(run.Name);
        if (path is not null && run.Command.ClaimedAt is { } claimed && await elsewhere.FindAsync(path, claimed, cancellationToken) is { } pending)
            return new($"{path} was restored before the agent ended{(pending.Length > 0 ? $"; it is not in the replica yet: {pending}" : "")}", Txid.None);
        return await RunAsync(run, cancellationToken);
    }

    private static async Task<RemoteResult> FindOutAsync(RemoteRun run, CancellationToken cancellationToken)
    {
        if (!run.IsRegistered)
            throw Unknown("the tenant is not registered here any more");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LookLimit);
        try
        {
            await run.Database.SyncAsync(limit.Token);
        }
        catch (Exception e) when (e is LitestreamException or OperationCanceledException)
        {
            // It may be settled all the same; if not, that is said.
        }
        var now = run.Database.Snapshot();
        var label = now.Kept.LastOrDefault(k => k.RequestId == $"{run.Command.Id}");
        if (label is { IsUndo: true })
            return new($"restored before the agent ended; the state before, {label.Txid}, is kept until {label.Until.UtcDateTime:O}") { Before = label.Txid };
        if (label is not null)
            throw Unknown($"the state before is transaction {label.Txid}, kept until {label.Until.UtcDateTime:O}");
        // Books that are younger than the command know nothing of it.
        if (run.Command.ClaimedAt is not { } claimed || now.CreatedAt > claimed)
            throw Unknown("its state directory was lost meanwhile");
        throw new RemoteCommandException(CommandErrors.Interrupted, "the agent ended in the middle, and nothing was restored: the database is as it was; ask again");
    }

    private static RemoteCommandException Unknown(string why) =>
        new(CommandErrors.Interrupted, $"the agent ended in the middle, and whether it happened is not known: {why}; look at the tenant before you ask again");

    private static async Task<RemoteResult> InPlaceAsync(RemoteRun run, NamedReplica? named, CancellationToken cancellationToken)
    {
        var (txid, timestamp) = RemoteMoment.Of(run.Command);
        if (txid is null && timestamp is null && named is null)
            throw new RemoteCommandException(CommandErrors.BadArgument, "to which moment? In place, the newest is what the database has; give txid or timestamp");
        try
        {
            var options = new InPlaceOptions { Txid = txid, Timestamp = timestamp, FailsIfBusy = run.Command.Arguments.IfBusy != IfBusyWords.Wait, RequestId = $"{run.Command.Id}", Undoes = run.Command.Arguments.Undoes?.ToString() };
            var result = named is null
                ? await run.Database.RestoreInPlaceAsync(options, new InPlaceTelling(run), cancellationToken)
                : await run.Database.RestoreInPlaceFromAsync(named.Storage, options, new InPlaceTelling(run), cancellationToken);
            return new($"restored to transaction {result.Txid}, which is transaction {result.After} now; the state before, {result.Before}, is kept until {result.UndoUntil.UtcDateTime:O}", result.After) { Before = result.Before };
        }
        catch (InPlaceException e) when (e.Fault is InPlaceFault.NotPublished)
        {
            // It has happened, whoever stops waiting now.
            return new(e.Message) { Before = run.Database.Snapshot().Kept.LastOrDefault(k => k.IsUndo && k.RequestId == $"{run.Command.Id}")?.Txid ?? Txid.None };
        }
    }

    private async Task<RemoteResult> ElsewhereAsync(RemoteRun run, NamedReplica? named, CancellationToken cancellationToken)
    {
        var (arguments, source) = (run.Command.Arguments, run.Name);
        var (txid, timestamp) = RemoteMoment.Of(run.Command);
        var from = named?.Storage ?? (run.IsRegistered ? null : await replicas.RequireAsync(run.Command.Tenant, cancellationToken));
        var options = new RestoreOptions { OutputPath = "", Txid = txid, Timestamp = timestamp };
        RestoredElsewhere restored;
        if (arguments.NewTenant is { } tenant)
        {
            restored = await elsewhere.ForkAsync(source, $"{tenant}", options, new Telling(run), cancellationToken, from);
        }
        else
        {
            var path = arguments.TargetPath ?? elsewhere.FormerPath(source)
                ?? throw new RemoteCommandException(CommandErrors.BadArgument, $"where to? {source} is not registered on this host and never was; give targetPath or newTenant");
            await RefuseAnothersAsync(run.Command.Tenant, path, cancellationToken);
            restored = await elsewhere.RunAsync(source, path, options, new Telling(run), cancellationToken, from);
        }
        return new($"restored transaction {restored.Result.Txid}, {restored.Result.SizeBytes} bytes, to {restored.Path}{(restored.Pending is { } why ? $"; it is not in the replica yet: {why}" : "")}", restored.Result.Txid);
    }

    /// <summary>The same tenant once more, in a watched directory: two files would go on with one chain.</summary>
    private async Task RefuseAnothersAsync(Guid tenant, string path, CancellationToken cancellationToken)
    {
        if (elsewhere.BecomesItself(FleetKeys.TextOf(tenant), path) && await ownerElsewhere(tenant, cancellationToken) is { } owner)
            throw new RemoteCommandException(CommandErrors.OwnedElsewhere,
                $"{tenant} belongs to host {owner}, and {path} would be the same tenant again; let that host release it, or restore it as a new tenant or to another path");
    }

    private sealed class Telling(RemoteRun run) : IProgress<RestoreProgress>
    {
        public void Report(RestoreProgress value) => run.Report(run.WasAbsent ? run.AbsentStep : "fetching", value.PagesTotal == 0 ? 0 : (int)(95 * value.PagesDone / value.PagesTotal), value.BytesRead, value.PagesDone);
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
        }, Math.Max(value.BytesRead, run.Progress.Bytes), value.PagesDone); // what was read stays read in the steps behind
    }
}
