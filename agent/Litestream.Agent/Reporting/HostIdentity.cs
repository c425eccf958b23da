using System.Security.Cryptography;
using Litestream.Fleet.Table;

namespace Litestream.Agent.Reporting;

/// <summary>What this agent is called in the fleet: as it was told, else a name of its own that lasts as long as its state folder.</summary>
internal static class HostIdentity
{
    public const string FileName = "host-id";

    private const int MostMachineCharacters = 48;
    private const int SuffixBytes = 4;

    /// <param name="given">Null: not told.</param>
    /// <param name="machine">The machine's name.</param>
    public static string Of(string? given, string stateFolder, string machine)
    {
        if (given is not null)
            return given;
        var path = Path.Combine(stateFolder, FileName);
        try
        {
            if (File.Exists(path) && File.ReadAllText(path).Trim() is var known && FleetKeys.IsHostId(known))
                return known;
            var made = $"{Safe(machine)}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SuffixBytes))}";
            var unfinished = path + ".new";
            File.WriteAllText(unfinished, made + "\n");
            File.Move(unfinished, path, overwrite: true);
            return made;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LitestreamException($"cannot keep this host's name in {path}: {error.Message}", error, "name it with -host-id");
        }
    }

    private static string Safe(string machine)
    {
        var name = string.Concat(machine.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '-').Take(MostMachineCharacters)).Trim('-', '.');
        return name.Length > 0 ? name : "host";
    }
}
