namespace Litestream.Restore;

/// <param name="PagesDone">Pages written.</param>
/// <param name="PagesTotal">Pages to write.</param>
/// <param name="BytesRead">Bytes read from the replica.</param>
public readonly record struct RestoreProgress(long PagesDone, long PagesTotal, long BytesRead);
