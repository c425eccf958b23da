namespace Litestream.Benchmarks;

/// <summary>How much is measured.</summary>
internal sealed record Effort
{
    /// <summary>Under five minutes, with the build of the benchmark.</summary>
    public static readonly Effort Quick = new()
    {
        Runs = 2,
        Creations = 200,
        Commits = 8,
        IdleSeconds = 10,
        WriterSeconds = 5,
        IdleTenants = [1_000],
        DatabaseBytes = [500L << 20],
        FleetTenants = 20_000,
        IsQuick = true,
    };

    /// <summary>Under thirty.</summary>
    public static readonly Effort Full = new()
    {
        Runs = 3,
        Creations = 500,
        Commits = 20,
        IdleSeconds = 30,
        WriterSeconds = 20,
        IdleTenants = [1, 100, 1_000, 10_000],
        DatabaseBytes = [500L << 20, 1L << 30],
        FleetTenants = 1_000_000,
    };

    /// <summary>Runs whose median is reported.</summary>
    public required int Runs { get; init; }

    public required int Creations { get; init; }

    public required int Commits { get; init; }

    public required int IdleSeconds { get; init; }

    public required int WriterSeconds { get; init; }

    /// <summary>So many on one host, one after the other.</summary>
    public required int[] IdleTenants { get; init; }

    /// <summary>Sizes of databases that are copied and restored.</summary>
    public required long[] DatabaseBytes { get; init; }

    /// <summary>In the table of the fleet.</summary>
    public required int FleetTenants { get; init; }

    public bool IsQuick { get; init; }
}
