namespace Litestream.Fleet.Items;

/// <summary>The closed list of what a host can be asked to do. One that an agent does not know fails there, and says so.</summary>
public static class CommandKinds
{
    /// <summary>Everything committed before is in the replica.</summary>
    public const string Sync = "sync";

    /// <summary>A full image of the newest state.</summary>
    public const string Snapshot = "snapshot";

    /// <summary>The chain is read and checked; no database is written.</summary>
    public const string Verify = "verify";

    /// <summary>A former state, in place, to a path, or as a new tenant.</summary>
    public const string Restore = "restore";

    /// <summary>Not replicated until resumed.</summary>
    public const string Pause = "pause";

    public const string Resume = "resume";

    /// <summary>Restored to scratch, proven, measured, deleted.</summary>
    public const string Drill = "drill";

    /// <summary>The tenant is this host's from now on.</summary>
    public const string TakeOver = "take-over";

    /// <summary>The same of a tenant of which the host has no file: what its former owner published is restored there, all of it.</summary>
    public const string Adopt = "adopt";

    /// <summary>It is no longer this host's.</summary>
    public const string Release = "release";

    public static IReadOnlyList<string> All { get; } = [Sync, Snapshot, Verify, Restore, Pause, Resume, Drill, TakeOver, Adopt, Release];
}
