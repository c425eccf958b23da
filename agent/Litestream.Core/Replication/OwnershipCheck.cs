using Litestream.Ltx;

namespace Litestream.Replication;

/// <summary>
/// The newest file of a replica is another writer's: may this host go on there? Asks whoever knows (<see cref="StoreOptions.MayTakeOver"/>, a fleet's table);
/// without one a minute of silence, or a person's word, decides.
/// </summary>
internal sealed class OwnershipCheck(StoreContext context)
{
    /// <summary>What the last files of a machine that lost its power can lie behind what its books know of them.</summary>
    private static readonly TimeSpan BooksBehind = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The other writer is this agent itself, on a machine where its state directory was before: it goes on like anybody who takes over from a silent writer. Not when the
    /// chain went on behind the books: then the directory is a copy, or an old state, and so, as a rule, is the database.
    /// </summary>
    public bool IsMovedHere(DatabaseReplica replica, NodeId writer, LtxFile newest) => context.Books.FormerInstances.Contains(writer.Instance)
        && (newest.MaxTxid <= replica.Book.Published || newest.CreatedAt - replica.Book.LastSyncAt <= BooksBehind);

    /// <summary>Its chain was taken over in another replica, at this start or an earlier one, under a higher epoch than it has here.</summary>
    public static bool IsShutOutElsewhere(DatabaseReplica replica, NodeId writer) => writer.Writer == replica.Database.Book.FormerWriter && writer.Epoch < replica.Database.Book.Epoch;

    /// <summary>Nobody asked for it: throws when the chain is another host's, or somebody wrote there a moment ago.</summary>
    public async Task RequireGrantAsync(DatabaseReplica replica, NodeId writer, LtxFile newest, CancellationToken cancellationToken)
    {
        // The file of who was moved is no older.
        var wasHere = !replica.Book.Published.IsNone && !IsMovedHere(replica, writer, newest);
        if (await AskAsync(replica, writer, wasHere, cancellationToken).ConfigureAwait(false) is { } answer)
        {
            if (!answer.IsGranted)
                throw ForeignChain.NotGranted(replica, answer);
            if (answer.Epoch > replica.Database.Book.Epoch)
                replica.Database.Record(b => b with { Epoch = answer.Epoch });
        }
        ForeignChain.RefuseRecent(newest, replica.Storage, context.Time.GetUtcNow());
    }

    /// <summary>
    /// This host wrote here, or in another replica, before the other did. It is this host's all the same under a higher epoch than the other's: it was taken over while
    /// the replica was away, and the program has started anew since. True: from here on as if that was asked for now. Throws when nobody can be asked.
    /// </summary>
    public async Task<bool> WasTakenOverAsync(DatabaseReplica replica, NodeId writer, CancellationToken cancellationToken)
    {
        if (await AskAsync(replica, writer, wasHere: true, cancellationToken).ConfigureAwait(false) is not { } answer)
            return false;
        if (!answer.IsKnown)
            throw ForeignChain.NotGranted(replica, answer);
        if (!answer.IsGranted || answer.Epoch <= writer.Epoch)
            return false;
        if (answer.Epoch > replica.Database.Book.Epoch)
            replica.Database.Record(b => b with { Epoch = answer.Epoch });
        replica.TakenUnder = answer.Epoch;
        return true;
    }

    /// <summary>
    /// A fleet gave the epoch out: a chain that bears it already, or a higher one, may have a newer owner by now, who must not be shut out. Throws when it has, and while that
    /// cannot be found out: what is wanted is still wanted then.
    /// </summary>
    public async Task RequireNoneNewerAsync(DatabaseReplica replica, NodeId writer, CancellationToken cancellationToken)
    {
        if (replica.TakenUnder is not > 0 || writer.Epoch < replica.TakenUnder
            || await AskAsync(replica, writer, wasHere: true, cancellationToken).ConfigureAwait(false) is not { IsGranted: false } answer)
            return;
        if (answer.IsKnown)
            replica.TakenUnder = null;
        throw ForeignChain.NotGranted(replica, answer);
    }

    /// <summary>Null: there is nobody to ask.</summary>
    private async Task<OwnershipAnswer?> AskAsync(DatabaseReplica replica, NodeId writer, bool wasHere, CancellationToken cancellationToken) => context.Options.MayTakeOver is { } ask
        ? await ask(new(replica.Database.Name, IsSigned: writer.Instance != 0, wasHere), cancellationToken).ConfigureAwait(false)
        : null;
}
