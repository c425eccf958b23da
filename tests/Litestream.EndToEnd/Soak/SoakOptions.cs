using System.Globalization;

namespace Litestream.EndToEnd.Soak;

/// <summary>How large the soak is: small in every test run, as the issue asks with SOAK_SIZE=full (<c>make soak</c>); each number by itself with SOAK_….</summary>
internal sealed record SoakOptions
{
    public int Tenants { get; init; }

    /// <summary>Processes that commit at random, create, delete and re-create.</summary>
    public int Writers { get; init; }

    public int Seconds { get; init; }

    /// <summary>How often the agent is killed with SIGKILL and started again.</summary>
    public int Kills { get; init; }

    /// <summary>Of each writer, per second.</summary>
    public int Rate { get; init; }

    /// <summary>Everything that is random follows from it, as far as processes allow.</summary>
    public int Seed { get; init; }

    public static SoakOptions FromEnvironment()
    {
        var full = Environment.GetEnvironmentVariable("SOAK_SIZE") == "full";
        return new SoakOptions
        {
            Tenants = Number("SOAK_TENANTS", full ? 200 : 24),
            Writers = Number("SOAK_WRITERS", full ? 8 : 3),
            Seconds = Number("SOAK_SECONDS", full ? 60 : 12),
            Kills = Number("SOAK_KILLS", full ? 5 : 2),
            Rate = Number("SOAK_RATE", 50),
            Seed = Number("SOAK_SEED", Random.Shared.Next(1_000_000)),
        };
    }

    private static int Number(string name, int fallback) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number) ? number : fallback;
}
