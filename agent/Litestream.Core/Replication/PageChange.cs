namespace Litestream.Replication;

/// <summary>A page's new share of the database's sum.</summary>
internal readonly record struct PageChange(uint Pgno, ulong Sum);
