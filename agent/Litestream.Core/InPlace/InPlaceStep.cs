namespace Litestream.InPlace;

/// <summary>What a restore in place is doing. Up to <see cref="Copying"/> nothing is touched, and until that is over it can be taken back.</summary>
public enum InPlaceStep
{
    /// <summary>The present state is captured and goes to the replica.</summary>
    Capturing,
    /// <summary>The wanted state is fetched and proven, aside.</summary>
    Fetching,
    /// <summary>Another program writes, or has the database open where it must not.</summary>
    Waiting,
    /// <summary>The wanted state goes into the database, as one transaction.</summary>
    Copying,
    /// <summary>It is in the database, and goes to the replica.</summary>
    Publishing,
}
