using Litestream.Agent.Reporting;
using Litestream.Agent.Restoring;
using Litestream.Fleet.Items;
using Litestream.InPlace;
using Litestream.Ltx;
using Litestream.Replication;
using Litestream.Storage;

namespace Litestream.Agent.RemoteCommands;

/// <summary>The engine's errors as the treaty's codes: each says by its type what it is, and nobody looks at the tenant to guess.</summary>
internal static class RemoteFailures
{
    /// <summary>One of <see cref="CommandErrors"/>.</summary>
    public static string CodeOf(LitestreamException error) => error switch
    {
        OwnershipException refused => refused.Code,
        RestoreRefusedException => CommandErrors.BadArgument,
        // Nothing at all is there: no moment of it can be restored.
        NoSuchPointException or StorageException { Fault: StorageFault.Missing } => CommandErrors.NoSuchPoint,
        StorageException => CommandErrors.ReplicaUnavailable,
        DamagedReplicaException or DamagedFileException or LtxFormatException => CommandErrors.Damaged,
        NotReplicatedException or CaptureException => CommandErrors.NotReplicated,
        DatabaseBusyException => CommandErrors.Busy,
        InPlaceException inPlace => CodeOf(inPlace.Fault),
        _ => CommandErrors.Other,
    };

    /// <summary>What happened, and what to do.</summary>
    public static string TextOf(LitestreamException error) => error.Hint is null ? error.Message : $"{error.Message} ({error.Hint})";

    private static string CodeOf(InPlaceFault fault) => fault switch
    {
        InPlaceFault.Busy or InPlaceFault.AlreadyRunning => CommandErrors.Busy,
        InPlaceFault.NotReplicated or InPlaceFault.NotCaptured => CommandErrors.NotReplicated,
        InPlaceFault.NoRoom => CommandErrors.NoRoom,
        InPlaceFault.NothingToUndo => CommandErrors.NothingToUndo,
        _ => CommandErrors.Other,
    };
}
