namespace Litestream.Writer.Workload;

/// <summary>What a writer did, as one line of <c>name=value</c>.</summary>
internal sealed record Totals
{
    public long Transactions { get; set; }

    /// <summary>Given up because the database stayed locked for longer than the busy timeout.</summary>
    public long Busy { get; set; }

    /// <summary>Errors that no healthy database gives; each is on stderr.</summary>
    public long Failures { get; set; }

    public long Created { get; set; }

    public long Deleted { get; set; }

    /// <summary>Of the deleted: those where only the <c>.db</c> file was removed.</summary>
    public long DeletedOnlyDatabaseFile { get; set; }

    public long Replaced { get; set; }

    /// <summary>Times the files beside a deleted database were still there long after, and the application removed them itself.</summary>
    public long Leftovers { get; set; }

    /// <summary>The longest that anything this application did has taken, in milliseconds.</summary>
    public long SlowestMs { get; set; }

    /// <summary>Microseconds of each acknowledged transaction.</summary>
    public List<int> Latencies { get; } = [];

    public override string ToString() =>
        $"transactions={Transactions} busy={Busy} failures={Failures} created={Created} deleted={Deleted} "
        + $"deletedOnlyDatabaseFile={DeletedOnlyDatabaseFile} replaced={Replaced} leftovers={Leftovers} slowestMs={SlowestMs} p50Us={Percentile(50)} p99Us={Percentile(99)}";

    private int Percentile(int percent)
    {
        if (Latencies.Count == 0)
            return 0;
        Latencies.Sort();
        return Latencies[(Latencies.Count - 1) * percent / 100];
    }
}
