namespace Litestream.Writer.Workload;

/// <summary>How one writer process behaves.</summary>
internal sealed record WorkloadOptions
{
    /// <summary>Tells this writer's rows from those of others in a shared database.</summary>
    public required int Writer { get; init; }

    public required int Seed { get; init; }

    public required Mix Mix { get; init; }

    /// <summary>Over all databases; 0 is as fast as it goes.</summary>
    public double TransactionsPerSecond { get; init; }

    public TimeSpan Duration { get; init; } = TimeSpan.MaxValue;

    public long MaxTransactions { get; init; } = long.MaxValue;

    public SessionHabit Session { get; init; }

    /// <summary>Null: as SQLite does unless asked.</summary>
    public Synchronous? Synchronous { get; init; }

    /// <summary>Chance, per transaction, that an owned database is deleted, replaced or newly created instead.</summary>
    public double ChurnProbability { get; init; }

    /// <summary>On the same file system as the databases: templates are renamed into place. Needed with churn.</summary>
    public string? TemplateDirectory { get; init; }
}
