using Litestream.Agent.Reporting;
using Litestream.DynamoDb;
using Litestream.Fleet.Items;
using Litestream.Ltx;
using Litestream.Replication;

namespace Litestream.Agent.RemoteCommands;

/// <summary>
/// One command from its claim to its end. Each step is a conditional write, made before what it announces: after a crash at any point the item says how far
/// it can have come.
/// </summary>
/// <param name="runId">Of this run of the agent.</param>
/// <param name="find">The tenant on this host.</param>
internal sealed class RemoteExecution(
    string runId, IFleetTable table, Func<Guid, Database?> find, IReadOnlyList<IRemoteCommand> kinds, TimeProvider time, RetryDelay retry, ILogger logger)
{
    private readonly ProofTable _proofs = new(table, new(time), logger);

    /// <summary>Progress is written so often, and a wish to end it read.</summary>
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(5);

    /// <summary>Completes when it has ended and the table knows, or it is another's, or the agent stops: then the next run finds it as it is.</summary>
    public async Task RunAsync(CommandRecord found, CancellationToken stop)
    {
        var now = time.GetUtcNow();
        var isNew = found.State == CommandStates.Requested;
        if (!await TryAsync(isNew ? CommandItem.Claim(found, runId, now) : CommandItem.TakeOn(found, runId), stop))
            return;
        Faults.Reach(FaultPoint.CommandClaimed);
        if (isNew)
            found = found with { ClaimedAt = now };
        else
            logger.CommandTakenOn(found.Id, found.State);
        var began = time.GetTimestamp();
        var (ended, proof) = await ConcludeAsync(found, stop);
        var elapsedMs = time.GetElapsedTime(began).TotalMilliseconds;
        if (ended.State == CommandStates.Failed)
            logger.CommandFails(found.Id, elapsedMs, ended.Error);
        else
            logger.CommandEnds(found.Id, ended.State, elapsedMs, ended.Result);
        // Before the end is told: whoever reads that finds this. A run that is killed between drills again, and finds it written.
        if (proof is not null)
            await _proofs.WriteAsync(proof, stop);
        Faults.Reach(FaultPoint.CommandNotTold);
        await FinishAsync(ended, stop);
    }

    /// <summary>Does it, or finds out why it cannot be done. Throws only when the agent stops or the table is away before anything began.</summary>
    private async Task<RemoteEnd> ConcludeAsync(CommandRecord found, CancellationToken stop)
    {
        var isResumed = found.State == CommandStates.Running;
        if (kinds.FirstOrDefault(k => k.Kind == found.Kind) is not { } kind)
            return Failed(found, CommandErrors.UnknownKind, $"version {ProgramVersion.Text} of the agent does not know \"{found.Kind}\"; update it on this host");
        // An earlier run of the agent claimed it, and ended before it began: whoever asked may not wait for it any more.
        if (found.State == CommandStates.Claimed && found.ExpiresAt <= time.GetUtcNow())
            return Failed(found, CommandErrors.TimedOut, $"not begun before {found.ExpiresAt.UtcDateTime:O}, when it was to be given up");
        var database = find(found.Tenant);
        if (database is null && !kind.TakesAbsentTenants)
            return Failed(found, CommandErrors.UnknownTenant, $"{found.Tenant} is not registered on this host; the catalogue says whose it is");
        var run = new RemoteRun(found, database, time, stop);
        if (!isResumed && !await TryAsync(CommandItem.Begin(found, runId, run.Progress), stop))
            return new(found with { State = CommandStates.Cancelled, FinishedAt = time.GetUtcNow() });
        logger.CommandBegins(found.Id, found.Kind, found.Tenant, found.RequestedBy);
        Faults.Reach(FaultPoint.CommandBegun);
        return await WorkAsync(kind, run, isResumed, stop);
    }

    private async Task<RemoteEnd> WorkAsync(IRemoteCommand kind, RemoteRun run, bool isResumed, CancellationToken stop)
    {
        var command = run.Command;
        using var limit = new CancellationTokenSource(kind.Limit, time);
        using var wish = new CancellationTokenSource();
        using var any = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token, wish.Token);
        try
        {
            var work = isResumed ? kind.GoOnAsync(run, any.Token) : kind.RunAsync(run, any.Token);
            while (await Task.WhenAny(work, Task.Delay(ReportInterval, time, any.Token)) != work && !any.IsCancellationRequested)
            {
                if (await IsToEndAsync(run, any.Token))
                    await wish.CancelAsync();
            }
            var result = await work;
            return new(command with { State = CommandStates.Done, FinishedAt = time.GetUtcNow(), Progress = run.Progress, Result = result.Text, ResultTxid = Shown(result.Txid), BeforeTxid = Shown(result.Before), PausedAt = result.PausedAt, PausedMs = (long?)result.Paused?.TotalMilliseconds }, result.Proof);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested && any.IsCancellationRequested)
        {
            return wish.IsCancellationRequested
                ? new(command with { State = CommandStates.Cancelled, FinishedAt = time.GetUtcNow() })
                : Failed(command, CommandErrors.TimedOut, $"not done after {kind.Limit.TotalMinutes:0} minutes");
        }
        catch (RemoteCommandException cannot)
        {
            var failed = Failed(command, cannot.Code, cannot.Message).Command;
            return new(failed with { Result = cannot.Result?.Text, ResultTxid = cannot.Result is { } result ? Shown(result.Txid) : null }, cannot.Result?.Proof);
        }
        catch (LitestreamException error)
        {
            return Failed(command, RemoteFailures.CodeOf(error), RemoteFailures.TextOf(error));
        }
        catch (Exception error) when (!stop.IsCancellationRequested)
        {
            // An edge: one command, whatever it met, is one command.
            logger.CommandDefect(command.Id, error);
            return Failed(command, CommandErrors.Other, error.Message);
        }
    }

    /// <summary>Reports, and answers whether it is to end: somebody said so, or it is another's by now. A table that is away says neither.</summary>
    private async Task<bool> IsToEndAsync(RemoteRun run, CancellationToken cancellationToken)
    {
        try
        {
            var item = await table.UpdateAsync(CommandItem.Report(run.Command, runId, run.Progress), cancellationToken);
            return item.Text(CommandItem.CancelRequestedAt) is not null;
        }
        catch (FleetTableException error)
        {
            return error.Fault == TableFault.Refused;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Until the table has it: whoever asked waits for this word.</summary>
    private async Task FinishAsync(CommandRecord ended, CancellationToken stop)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                await table.WriteAsync(CommandItem.Finish(ended, runId), stop);
                return;
            }
            catch (FleetTableException error) when (error.Fault is TableFault.Refused or TableFault.Invalid)
            {
                logger.CommandNotFinished(ended.Id, error.Found?.Text(CommandItem.State) ?? error.Message);
                return;
            }
            catch (FleetTableException)
            {
                await Task.Delay(retry.After(failures), time, stop);
            }
        }
    }

    /// <summary>False when its condition does not hold.</summary>
    private async Task<bool> TryAsync(Litestream.Fleet.Table.ItemUpdate update, CancellationToken stop)
    {
        try
        {
            await table.WriteAsync(update, stop);
            return true;
        }
        catch (FleetTableException refused) when (refused.Fault == TableFault.Refused)
        {
            return false;
        }
    }

    private RemoteEnd Failed(CommandRecord command, string code, string error) =>
        new(command with { State = CommandStates.Failed, FinishedAt = time.GetUtcNow(), ErrorCode = code, Error = error });

    private static string? Shown(Txid txid) => txid.IsNone ? null : txid.ToString();
}
