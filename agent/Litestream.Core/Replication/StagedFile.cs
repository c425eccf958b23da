using Litestream.Ltx;

namespace Litestream.Replication;

/// <summary>An LTX file in the state directory: complete, waiting to be published.</summary>
/// <param name="File">What it will be in the replicas.</param>
/// <param name="Path">Where it lies.</param>
/// <param name="Proof">The database's sums before and after it.</param>
/// <param name="NoticedAt">Timestamp (<see cref="TimeProvider.GetTimestamp"/>) since when its content has been waiting.</param>
internal sealed record StagedFile(LtxFile File, string Path, Proof Proof, long NoticedAt)
{
    /// <summary>A whole image in the place where a replica, or its day, begins.</summary>
    public bool IsBase => File is { Level: 1, MinTxid.Value: 1 };
}
