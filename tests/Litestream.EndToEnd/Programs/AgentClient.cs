using System.Globalization;

namespace Litestream.EndToEnd.Programs;

/// <summary>One tenant in the agent's answers.</summary>
internal sealed record AgentClient
{
    public string ClientId { get; init; } = "";

    public string DatabasePath { get; init; } = "";

    public string? S3Path { get; init; }

    public string Status { get; init; } = "";

    public DateTimeOffset? CreatedAt { get; init; }

    public string? Replica { get; init; }

    public long SizeBytes { get; init; }

    public int PageSize { get; init; }

    public string? Txid { get; init; }

    public string? ReplicatedTxid { get; init; }

    public DateTimeOffset? LastSyncAt { get; init; }

    public double LagSeconds { get; init; }

    public string? LastError { get; init; }

    public string? Reason { get; init; }

    public string? Detail { get; init; }

    public Dictionary<string, long>? Requests { get; init; }

    /// <summary>TXIDs are 16 hex digits in our JSON.</summary>
    public long ReplicatedNumber => string.IsNullOrEmpty(ReplicatedTxid) ? 0 : long.Parse(ReplicatedTxid, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
