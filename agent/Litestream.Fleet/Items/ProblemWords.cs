namespace Litestream.Fleet.Items;

/// <summary>The closed list of what puts an item into the index of problems, each with its severity: 3 nobody protects the data, 2 it is not protected now, 1 it may not be.</summary>
public static class ProblemWords
{
    /// <summary>Two hosts write one tenant.</summary>
    public const string SplitBrain = "split-brain";

    /// <summary>The host that holds the file has lost it to another.</summary>
    public const string Lost = "lost";

    /// <summary>A restore that was tried did not give what was captured.</summary>
    public const string ProofFailed = "proof-failed";

    /// <summary>Its agent says that more is in the replica than whoever looked there found.</summary>
    public const string NotInReplica = "not-in-replica";

    /// <summary>Replication fails and is tried again.</summary>
    public const string Error = "error";

    /// <summary>Further behind than its objective.</summary>
    public const string Late = "late";

    /// <summary>Not restored and proven for too long.</summary>
    public const string Unproven = "unproven";

    public static IReadOnlyList<string> All { get; } = [SplitBrain, Lost, ProofFailed, NotInReplica, Error, Late, Unproven];

    public static int SeverityOf(string problem) => problem switch
    {
        SplitBrain or Lost or ProofFailed or NotInReplica => 3,
        Error or Late => 2,
        _ => 1,
    };

    /// <summary>What is wrong with a tenant of this status; null: nothing. Waiting and paused are nobody's failure.</summary>
    public static string? Of(string status, bool isLate) => status switch
    {
        StatusWords.SplitBrain => SplitBrain,
        StatusWords.Lost => Lost,
        StatusWords.Error => Error,
        StatusWords.Active when isLate => Late,
        _ => null,
    };
}
