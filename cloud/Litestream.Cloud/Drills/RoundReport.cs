namespace Litestream.Cloud.Drills;

/// <summary>What a round did: a function's answer, and a line of the log.</summary>
internal sealed record RoundReport
{
    /// <summary>Visited to their end.</summary>
    public int Slices { get; init; }

    /// <summary>Looked at.</summary>
    public int Tenants { get; init; }

    public int Passed { get; init; }

    public int Failed { get; init; }

    public int Inconclusive { get; init; }

    /// <summary>Hosts were asked for.</summary>
    public int Asked { get; init; }

    /// <summary>In whose replica less is than their agents say.</summary>
    public int Behind { get; init; }

    /// <summary>Its time was over before everything that is due was visited: the next round goes on.</summary>
    public bool IsCut { get; init; }

    public static RoundReport operator +(RoundReport a, RoundReport b) => new()
    {
        Slices = a.Slices + b.Slices,
        Tenants = a.Tenants + b.Tenants,
        Passed = a.Passed + b.Passed,
        Failed = a.Failed + b.Failed,
        Inconclusive = a.Inconclusive + b.Inconclusive,
        Asked = a.Asked + b.Asked,
        Behind = a.Behind + b.Behind,
        IsCut = a.IsCut || b.IsCut,
    };
}
