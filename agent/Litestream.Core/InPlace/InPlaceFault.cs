namespace Litestream.InPlace;

/// <summary>Why a database was not restored in place. It has its old state, whole, unless the fault says otherwise.</summary>
public enum InPlaceFault
{
    /// <summary>Another program writes, keeps everybody out, or has it open where nobody may.</summary>
    Busy,
    /// <summary>It is stopped, fenced off, or leaves: nothing would bring the change to the replica.</summary>
    NotReplicated,
    /// <summary>The present state could not be captured, or the replica did not take it: it could not be undone.</summary>
    NotCaptured,
    /// <summary>There is not enough room beside the database.</summary>
    NoRoom,
    /// <summary>There is nothing that could be undone.</summary>
    NothingToUndo,
    /// <summary>A restore of it is under way.</summary>
    AlreadyRunning,
    /// <summary>SQLite could not write it.</summary>
    NotWritten,
    /// <summary>It has the wanted state, but the replica does not have that yet.</summary>
    NotPublished,
}
