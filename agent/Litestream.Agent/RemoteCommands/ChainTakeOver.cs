using Litestream.Fleet.Items;
using Litestream.Ltx;
using Litestream.Replication;

namespace Litestream.Agent.RemoteCommands;

/// <summary>
/// The table gives a tenant to this host, which has a file of it: the engine goes on with its chain under that epoch. Of what it has under it already nothing is done
/// again.
/// </summary>
internal static class ChainTakeOver
{
    /// <summary>A replica that is away is waited for so long; the engine goes on with it whenever it answers.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>Completes when what the file holds is in the replica under the epoch. Nobody calls it back.</summary>
    /// <param name="database">The tenant here.</param>
    /// <param name="before">As the table had it.</param>
    /// <param name="epoch">Of the table.</param>
    public static async Task<RemoteResult> RunAsync(Database database, TenantRecord? before, long epoch)
    {
        var snapshot = database.Snapshot();
        if (snapshot.Epoch >= epoch && epoch > 0 && !snapshot.IsPaused && database.HoldsChain)
            return new($"it is this host's with epoch {snapshot.Epoch}", snapshot.ReplicatedTxid);
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            var (kept, undo) = await KeptOfAsync(database, before, limit.Token);
            await database.TakeOverAsync((uint)epoch, kept, limit.Token);
            var after = database.Snapshot();
            return new($"it is this host's with epoch {after.Epoch}, and in the replica up to transaction {after.ReplicatedTxid}{undo}", after.ReplicatedTxid);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new RemoteCommandException(CommandErrors.TimedOut, $"it is this host's with epoch {epoch}, but nothing of that is in the replica after {Limit.TotalMinutes:0} minutes; that goes on by itself");
        }
    }

    /// <summary>What a restore on the former owner could be undone to, if the replica still has it.</summary>
    private static async Task<(KeptState? Kept, string Said)> KeptOfAsync(Database database, TenantRecord? before, CancellationToken cancellationToken)
    {
        if (before is not { UndoTxid: { } text, UndoUntil: { } until } || until <= DateTimeOffset.UtcNow || !Txid.TryParse(text, out var txid))
            return (null, "");
        return await database.CanRestoreAsync(txid, cancellationToken)
            ? (new(txid, Label.RestoredInPlace, until - Label.UndoTime, until, IsUndo: true), $"; its last restore can still be undone, to transaction {txid}")
            : (null, $"; its last restore cannot be undone any more: the replica does not have transaction {txid}");
    }
}
