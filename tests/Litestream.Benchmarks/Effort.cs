namespace Litestream.Benchmarks;

/// <summary>How much is measured.</summary>
internal sealed record Effort
{
    public static readonly Effort Quick = new() { Runs = 3, Creations = 200, Commits = 8, IdleSeconds = 20, WriterSeconds = 8, Names = ["start", "register", "delay", "idle"] };

    public static readonly Effort Full = new()
    {
        Runs = 5,
        Creations = 500,
        Commits = 20,
        IdleSeconds = 60,
        WriterSeconds = 20,
        Names = ["start", "register", "delay", "idle", "bucket", "busy", "wal", "large", "restore"],
    };

    /// <summary>Runs whose median is reported.</summary>
    public required int Runs { get; init; }

    public required int Creations { get; init; }

    public required int Commits { get; init; }

    public required int IdleSeconds { get; init; }

    public required int WriterSeconds { get; init; }

    public required string[] Names { get; init; }

    public int Tenants { get; init; } = 1_000;

    public bool Includes(string name) => Names.Contains(name);
}
