using System.Globalization;

namespace Litestream.EndToEnd.Crash;

/// <summary>How long the crash run is: short in every test run, <c>make crash</c> asks for 50 kills.</summary>
internal sealed record CrashOptions
{
    /// <summary>CRASH_KILLS: of agents and of applications, together.</summary>
    public int Kills { get; init; }

    /// <summary>CRASH_SEED: everything that is random follows from it, as far as processes allow.</summary>
    public int Seed { get; init; }

    /// <summary>CRASH_TOTALS: a file for the totals, one line.</summary>
    public string? TotalsFile { get; init; }

    public static CrashOptions FromEnvironment() => new()
    {
        Kills = Number("CRASH_KILLS", 8),
        Seed = Number("CRASH_SEED", Random.Shared.Next(1_000_000)),
        TotalsFile = Environment.GetEnvironmentVariable("CRASH_TOTALS"),
    };

    private static int Number(string name, int fallback) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number) ? number : fallback;
}
