namespace Litestream.Cloud.Configuration;

/// <summary>How the drills of a fleet are made, where this program is its worker.</summary>
internal sealed record WorkerOptions
{
    /// <summary>Who it is, in proofs and claims: of no two processes the same.</summary>
    public required string Name { get; init; }

    /// <summary>Every tenant is restored and proven within this time.</summary>
    public TimeSpan Within { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Every slice is visited so often: what is due is drilled, and what its agents say is compared with what is there.</summary>
    public TimeSpan VisitEvery { get; init; } = TimeSpan.FromHours(6);

    /// <summary>What is larger its host drills.</summary>
    public long LargestBytes { get; init; } = 256 << 20;

    /// <summary>Drills at the same time; the scratch folder needs room for so many of the largest.</summary>
    public int Lanes { get; init; } = 2;

    /// <summary>Where restores lie until they are proven.</summary>
    public string Scratch { get; init; } = Path.Combine(Path.GetTempPath(), "litestream-worker");

    /// <summary>On a port: between two rounds.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>On a port: of a round. A function has its own end.</summary>
    public TimeSpan LongestRound { get; init; } = TimeSpan.FromMinutes(14);
}
