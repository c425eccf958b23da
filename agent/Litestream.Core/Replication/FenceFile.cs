using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Replication;

/// <summary>A file without pages behind another writer's newest one: it says what that says of the database, and takes the next name.</summary>
internal static class FenceFile
{
    /// <summary>Its header.</summary>
    /// <param name="newest">Of the other writer's newest file.</param>
    /// <param name="node">Who takes the name.</param>
    /// <param name="now">Its clock.</param>
    public static LtxHeader Behind(LtxHeader newest, NodeId node, DateTimeOffset now) => new()
    {
        PageSize = newest.PageSize,
        Commit = newest.Commit,
        MinTxid = newest.MaxTxid.Next,
        MaxTxid = newest.MaxTxid.Next,
        TimestampMs = Math.Max(now.ToUnixTimeMilliseconds(), newest.TimestampMs + 1),
        NodeId = node.Value,
        Proof = newest.Proof is { Post: var sum } ? new(sum, sum) : null,
    };

    public static LtxFile Of(LtxHeader header) => new(0, header.MinTxid, header.MaxTxid, LtxFile.EmptyBytes, header.Timestamp);

    /// <summary>Complete at the path.</summary>
    public static void Write(LtxHeader header, string path)
    {
        using var stream = Spool.Create(path);
        using var encoder = new LtxEncoder(stream, header);
        encoder.Finish();
        stream.Flush();
        Spool.Complete(path);
    }
}
