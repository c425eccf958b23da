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

    public override string ToString() =>
        $"transactions={Transactions} busy={Busy} failures={Failures} created={Created} deleted={Deleted} "
        + $"deletedOnlyDatabaseFile={DeletedOnlyDatabaseFile} replaced={Replaced} leftovers={Leftovers} slowestMs={SlowestMs}";
}
