namespace Litestream.Fleet.Items;

/// <summary>The closed list of a proof's <c>verdict</c>.</summary>
public static class ProofVerdicts
{
    public const string Pass = "pass";

    /// <summary>What came back is not what was captured.</summary>
    public const string Fail = "fail";

    /// <summary>It could not be tried to the end; says nothing about the replica.</summary>
    public const string Inconclusive = "inconclusive";

    public static IReadOnlyList<string> All { get; } = [Pass, Fail, Inconclusive];
}
