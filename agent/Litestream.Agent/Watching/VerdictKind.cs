namespace Litestream.Agent.Watching;

/// <summary>What became of a file that was considered for registration.</summary>
internal enum VerdictKind
{
    Registered,

    /// <summary>It was registered before.</summary>
    AlreadyRegistered,

    /// <summary>It will be, once the former file of the same name has been finished with.</summary>
    Queued,

    /// <summary>Not a name that is replicated from there, and nothing that looks like a database.</summary>
    NotOurs,

    /// <summary>Looks like a database, and cannot be a tenant.</summary>
    Skipped,

    /// <summary>The same tenant is registered from another path.</summary>
    Duplicate,

    Missing,

    /// <summary>No registration any more: the agent stops.</summary>
    Stopping,
}
