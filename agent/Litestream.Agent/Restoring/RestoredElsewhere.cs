using Litestream.Restore;

namespace Litestream.Agent.Restoring;

/// <summary>What was restored to a new file.</summary>
/// <param name="Path">Of that file.</param>
/// <param name="Result">How it went.</param>
/// <param name="Becomes">The tenant that it is from now on; null where nothing is watched.</param>
/// <param name="Pending">Why that one is not in the replica yet; null when it is.</param>
internal readonly record struct RestoredElsewhere(string Path, RestoreResult Result, Database? Becomes, string? Pending = null);
