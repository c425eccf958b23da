using System.Globalization;

namespace Litestream.EndToEnd.Buckets;

/// <summary>How long the runs on a real store are: short in every test run, as the issue asks with SOAK_SIZE=full; each number by itself with BUCKET_….</summary>
internal sealed record BucketRunOptions
{
    private static readonly bool IsFull = Environment.GetEnvironmentVariable("SOAK_SIZE") == "full";

    public int Tenants { get; } = Number("BUCKET_TENANTS", IsFull ? 50 : 8);

    /// <summary>Of outside writes.</summary>
    public int Seconds { get; } = Number("BUCKET_SECONDS", IsFull ? 60 : 15);

    public int AgentKills { get; } = Number("BUCKET_AGENT_KILLS", IsFull ? 3 : 1);

    public int StoreKills { get; } = Number("BUCKET_STORE_KILLS", IsFull ? 2 : 1);

    /// <summary>How long each kind of fault lasts.</summary>
    public int FaultSeconds { get; } = Number("BUCKET_FAULT_SECONDS", IsFull ? 8 : 3);

    /// <summary>Commits per second over all tenants.</summary>
    public int Rate { get; } = Number("BUCKET_RATE", 50);

    public int Seed { get; } = Number("BUCKET_SEED", Random.Shared.Next(1_000_000));

    private static int Number(string name, int fallback) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number) ? number : fallback;
}
