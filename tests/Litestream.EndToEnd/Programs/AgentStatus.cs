namespace Litestream.EndToEnd.Programs;

/// <summary>GET /api/status as a reader of the contract sees it.</summary>
internal sealed record AgentStatus
{
    public string? Bucket { get; init; }

    public string? Replica { get; init; }

    public string? Fencing { get; init; }

    public Dictionary<string, long> Requests { get; init; } = [];

    public List<string> Warnings { get; init; } = [];

    public List<string> WatchDirs { get; init; } = [];

    public int TotalClients { get; init; }

    public int ActiveClients { get; init; }

    public double UptimeSeconds { get; init; }

    public List<AgentClient> Clients { get; init; } = [];

    public List<SkippedFile> Skipped { get; init; } = [];

    public string? NextCursor { get; init; }

    public AgentClient? Find(string id) => Clients.SingleOrDefault(client => client.ClientId == id);
}
