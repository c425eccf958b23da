namespace Litestream.Replication;

/// <summary>Where the chain of a database stands in its replica, found out once after each start.</summary>
/// <param name="Table">Page sums as of <see cref="BookEntry.Captured"/>; taken over by the capture lane. Null: load it from the state directory, or make an image.</param>
/// <param name="NeedsImage">The replica has no image to build on: the next transaction is published as one.</param>
internal sealed record ChainStart(PageTable? Table, bool NeedsImage)
{
    /// <summary>The capture lane has taken it over: the page table is in memory, or saved.</summary>
    public static readonly ChainStart Taken = new(null, false);

    /// <summary>The capture lane works on top of it.</summary>
    public bool IsTaken => ReferenceEquals(this, Taken);
}
