namespace Litestream.EndToEnd.Histories;

/// <summary>What a run that judges histories did and found.</summary>
internal abstract class HistoryTotals
{
    private readonly List<(Finding Kind, string Text)> _findings = [];

    /// <summary>Commits that a sync acknowledged: each must be in every later restore.</summary>
    public int Syncs { get; set; }

    /// <summary>Restores that succeeded, each judged.</summary>
    public int Restores { get; set; }

    /// <summary>Restores of spoiled replicas that were refused, and said why.</summary>
    public int Refused { get; set; }

    public IReadOnlyList<(Finding Kind, string Text)> Findings => _findings;

    public void Add(Finding kind, string text) => _findings.Add((kind, text));

    protected int CountOf(Finding kind) => _findings.Count(finding => finding.Kind == kind);
}
