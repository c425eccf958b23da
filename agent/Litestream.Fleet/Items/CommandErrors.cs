namespace Litestream.Fleet.Items;

/// <summary>The stable <c>errorCode</c> of a command that failed. Programs decide by it, people read <c>error</c>.</summary>
public static class CommandErrors
{
    /// <summary>This version of the agent does not know the kind.</summary>
    public const string UnknownKind = "unknown-kind";

    /// <summary>The tenant is not registered on the host, nor known to a replica that the host reaches.</summary>
    public const string UnknownTenant = "unknown-tenant";

    /// <summary>An argument is missing, malformed, or names a place where nothing may be written.</summary>
    public const string BadArgument = "bad-argument";

    /// <summary>The tenant is paused, lost, has another writer or owner, or cannot be captured now; the text says which.</summary>
    public const string NotReplicated = "not-replicated";

    /// <summary>Another host owns the tenant: two files of it would go on with one chain.</summary>
    public const string OwnedElsewhere = "owned-elsewhere";

    /// <summary>An application kept the database locked.</summary>
    public const string Busy = "busy";

    /// <summary>What was restored is not what was captured, or the chain is damaged.</summary>
    public const string Damaged = "damaged";

    /// <summary>The transaction or time cannot be restored; the text says what can.</summary>
    public const string NoSuchPoint = "no-such-point";

    /// <summary>An undo of a restore that is not the tenant's last one any more: what was done since would be lost.</summary>
    public const string NothingToUndo = "nothing-to-undo";

    /// <summary>A replica does not answer, or may not be used.</summary>
    public const string ReplicaUnavailable = "replica-unavailable";

    /// <summary>There is not enough room on the host.</summary>
    public const string NoRoom = "no-room";

    /// <summary>The tenant's epoch is another one by now.</summary>
    public const string StaleEpoch = "stale-epoch";

    /// <summary>The hook of a move did not end well: nothing was changed. The text is what it said.</summary>
    public const string HookFailed = "hook-failed";

    /// <summary>Too many of its job have failed: nothing was done with it.</summary>
    public const string Halted = "halted";

    /// <summary>The agent ended in the middle: it happened whole, or not at all; nobody noted which.</summary>
    public const string Interrupted = "interrupted";

    /// <summary>It took longer than it may.</summary>
    public const string TimedOut = "timed-out";

    public const string Other = "other";

    public static IReadOnlyList<string> All { get; } =
        [UnknownKind, UnknownTenant, BadArgument, NotReplicated, OwnedElsewhere, Busy, Damaged, NoSuchPoint, NothingToUndo, ReplicaUnavailable, NoRoom, StaleEpoch, HookFailed, Halted, Interrupted, TimedOut, Other];
}
