using Litestream.Ltx;

namespace Litestream.Replication;

/// <summary>An LTX file in the state directory: complete, and waiting to be published.</summary>
/// <param name="File">What it will be in the replica.</param>
/// <param name="Path">Where it lies.</param>
/// <param name="PostSum">The database's sum after it.</param>
/// <param name="NoticedAt">Timestamp (<see cref="TimeProvider.GetTimestamp"/>) since when its content has been waiting.</param>
internal sealed record StagedFile(LtxFile File, string Path, ulong PostSum, long NoticedAt);
