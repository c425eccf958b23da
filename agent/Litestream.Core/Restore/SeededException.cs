namespace Litestream.Restore;

/// <summary>A restore of which only the pages were wanted, for a later one to go on from (<see cref="RestoreOptions.IsSeed"/>): it has ended as if it had been cut, and nothing has its name.</summary>
internal sealed class SeededException : OperationCanceledException;
