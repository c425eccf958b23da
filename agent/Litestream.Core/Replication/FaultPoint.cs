namespace Litestream.Replication;

/// <summary>
/// The moments between two steps that belong together, by name: where a process that dies leaves the most awkward remains. For the crash tests
/// only (<see cref="Faults"/>); they link this very file, so that the list exists once.
/// </summary>
internal enum FaultPoint
{
    /// <summary>An image is half written.</summary>
    ImageHalfWritten,
    /// <summary>A staged file is complete but has no name yet.</summary>
    StagedNotNamed,
    /// <summary>A staged file has its name, the books do not know it.</summary>
    StagedNotBooked,
    /// <summary>The books know a staged file, the replicas' lanes and the page table do not.</summary>
    BookedNotPublished,
    /// <summary>The first of several files of a change of page size is staged.</summary>
    PageSizeHalfStaged,
    /// <summary>Captured and staged, both marks stand.</summary>
    BothMarksHeld,
    /// <summary>The older mark has ended, the connections have not changed places.</summary>
    OlderMarkEnded,
    /// <summary>Under the writer lock, without a mark, before the checkpoint.</summary>
    CheckpointUnderLock,
    /// <summary>Under the writer lock, the checkpoint is complete, the new mark is not taken.</summary>
    CheckpointComplete,
    /// <summary>The page difference is known, nothing of it is staged.</summary>
    ResyncCompared,
    /// <summary>The page difference is staged and booked.</summary>
    ResyncStaged,
    /// <summary>A file is in the replica, the books do not know it.</summary>
    PublishedNotConfirmed,
    /// <summary>The books know that a file is in the replica, the spool still holds it.</summary>
    ConfirmedNotDeleted,
    /// <summary>The books know that a new day is in use, nothing is in it.</summary>
    DayBookedNotBegun,
    /// <summary>A merger is complete in the spool.</summary>
    MergedNotPublished,
    /// <summary>A merger is in the replica, the books do not know it.</summary>
    MergedNotBooked,
    /// <summary>What nobody needs is chosen, all of it is still there.</summary>
    RetentionChosen,
    /// <summary>What nobody needed is deleted, the books still list it.</summary>
    RetentionNotBooked,
    /// <summary>Cooling holds the exclusive lock.</summary>
    CoolingExclusive,
    /// <summary>Closed, under the exclusive lock with the WAL removed or by its application, the books do not know how the files rest.</summary>
    CooledNotBooked,
    /// <summary>Left an application connected, the books do not know how the files rest.</summary>
    LeftNotBooked,
    /// <summary>After a start: the listing is in the books, the chain is not judged.</summary>
    Listed,
    /// <summary>After a start: staged files of the run before are being taken up again.</summary>
    StagedTakenUp,
    /// <summary>Open, with a first mark, nothing looked at yet.</summary>
    Opened,
    /// <summary>A database was switched to WAL, the books do not know it.</summary>
    SwitchedNotBooked,
    /// <summary>A new page table is written beside the old one.</summary>
    TableNotNamed,
    /// <summary>Of a deleted or replaced database the WAL is removed, its <c>-shm</c> is not.</summary>
    LeftoversHalfRemoved,
    /// <summary>What is to be restored in place lies aside, proven; nothing else has happened.</summary>
    RestoredAside,
    /// <summary>The present state is in the replica and labelled, and nobody else may write.</summary>
    InPlaceLabelled,
    /// <summary>Alone with the database, which has left WAL mode for a restore in place.</summary>
    InPlaceLeftWal,
    /// <summary>Half of the pages are written, nothing is committed.</summary>
    InPlaceHalfCopied,
    /// <summary>The restored state is committed, nothing of it is captured.</summary>
    InPlaceCommitted,
    /// <summary>The restored state is in the replica, what lay aside is still there.</summary>
    InPlacePublished,
    /// <summary>The books have the new epoch, the other writer is not shut out yet.</summary>
    FenceNotPublished,
    /// <summary>The fleet's table gives a tenant to this host, the engine does not know.</summary>
    EpochRaised,
    /// <summary>The former owner of a tenant is shut out, and this host has no file of it yet.</summary>
    FencedNotRestored,
    /// <summary>Everything is in the replica, the tenant is not given up yet.</summary>
    SyncedNotReleased,
    /// <summary>Nobody writes to a database that leaves for another host, and all of it is in the replica; nothing says so yet.</summary>
    LeavingLocked,
    /// <summary>It is noted that it leaves; applications that have it open could go on.</summary>
    LeavingNoted,
    /// <summary>They cannot any more, and everything has its name still.</summary>
    LeavingShut,
    /// <summary>Its WAL is out of the way, the database is not.</summary>
    LeavingHalfMoved,
    /// <summary>It is out of the way, the books do not know.</summary>
    LeftNotReleased,
    /// <summary>The tenant is given up here, the fleet's table does not know.</summary>
    ReleasedNotTold,
    /// <summary>Most of a tenant that moves here is here, and nobody was disturbed.</summary>
    MoveSeeded,
    /// <summary>Its host was asked to let it go.</summary>
    MoveReleasePut,
    /// <summary>It has done so, and nobody has it.</summary>
    MoveReleased,
    /// <summary>A restored database is whole and proven, and has no name yet.</summary>
    RestoreProven,
    /// <summary>It has its name, and nobody was told.</summary>
    RestoreNamed,
    /// <summary>A command of the fleet is this agent's, which has not begun it.</summary>
    CommandClaimed,
    /// <summary>The table says that it runs, nothing of it has happened.</summary>
    CommandBegun,
    /// <summary>It has ended, the table does not know.</summary>
    CommandNotTold,
}
