using System.Globalization;

namespace Litestream.EndToEnd.Chaos;

/// <summary>How long the chaos is: short in every test run, <c>make chaos</c> asks for minutes or hours.</summary>
internal sealed record ChaosOptions
{
    /// <summary>CHAOS_SECONDS: faults begin within them; the end, where everything must be well again, comes behind.</summary>
    public int Seconds { get; init; }

    /// <summary>CHAOS_SEED: the schedule and everything else that is random follows from it, as far as processes allow. <c>make chaos</c> draws one, every test run has the same.</summary>
    public int Seed { get; init; }

    /// <summary>CHAOS_ONLY: names of faults, or parts of them, <c>books,clock</c>; to look for what one of them found.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>CHAOS_TOTALS: a file for the totals, one line.</summary>
    public string? TotalsFile { get; init; }

    /// <summary>Of the first huge transaction: a gigabyte takes its time.</summary>
    public int HugeMegabytes => Seconds >= 3600 ? 1000 : IsLong ? 150 : 25;

    /// <summary>Not the short one of every test run.</summary>
    public bool IsLong => Seconds >= 240;

    /// <summary>So long that every fault has its turn.</summary>
    public bool IsWholeDeck => Seconds >= 1800;

    public static ChaosOptions FromEnvironment() => new()
    {
        Seconds = Number("CHAOS_SECONDS", 60),
        Seed = Number("CHAOS_SEED", 1),
        Only = (Environment.GetEnvironmentVariable("CHAOS_ONLY") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
        TotalsFile = Environment.GetEnvironmentVariable("CHAOS_TOTALS"),
    };

    private static int Number(string name, int fallback) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number) ? number : fallback;
}
