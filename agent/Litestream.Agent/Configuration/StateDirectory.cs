using System.Security.Cryptography;
using System.Text;
using Litestream.Agent.Interop;

namespace Litestream.Agent.Configuration;

/// <summary>Where an agent keeps its books: one folder per agent, named by what it watches, below one root.</summary>
internal static class StateDirectory
{
    private const string System = "/var/lib/litestream";
    private const int DigitsOfName = 16;

    /// <summary>The socket on which commands reach a running agent.</summary>
    public const string SocketName = "litestream.sock";

    /// <summary>The roots to look for agents in, most telling first; <paramref name="given"/> (flag) and the environment leave only themselves.</summary>
    public static IReadOnlyList<string> Roots(string? given, AgentEnvironment environment) =>
        given is not null ? [environment.Absolute(given)]
        : environment.StateDirectory is { } variable ? [environment.Absolute(variable)]
        : User(environment) is { } user ? [System, user]
        : [System];

    /// <summary>The root a new agent uses: the system's if it may write there, else the user's.</summary>
    public static string ChooseRoot(string? given, AgentEnvironment environment)
    {
        var roots = Roots(given, environment);
        if (roots.Count == 1 || IsWritable(roots[0]))
            return roots[0];
        return roots[1];
    }

    /// <summary>First 16 hexadecimal digits of the SHA-256 of the sorted paths, one per line.</summary>
    public static string NameOf(IEnumerable<string> watched)
    {
        var text = string.Join('\n', watched.Order(StringComparer.Ordinal));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..DigitsOfName];
    }

    private static bool IsWritable(string folder)
    {
        while (!Directory.Exists(folder))
        {
            if (Path.GetDirectoryName(folder) is not { } parent)
                return false;
            folder = parent;
        }
        return OperatingSystem.IsLinux() && Libc.Access(folder, Libc.AccessWrite | Libc.AccessExecute) == 0;
    }

    private static string? User(AgentEnvironment environment) =>
        environment.XdgStateHome is { } state ? Path.Combine(state, "litestream")
        : environment.Home is { } home ? Path.Combine(home, ".local", "state", "litestream")
        : null;
}
