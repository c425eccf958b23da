using System.Globalization;
using System.Security.Cryptography;
using Litestream.Fleet.Table;

namespace Litestream.Agent.Reporting;

/// <summary>
/// What this agent is called in the fleet: as it was told, else a name of its own that lasts as long as its state folder stays on its machine. On another machine it makes
/// another: the folder may have been copied with the whole machine, and two hosts must not report as one.
/// </summary>
internal static class HostIdentity
{
    public const string FileName = "host-id";

    private const string MachineLine = "machine ";
    private const string FormerLine = "former ";
    private const int MostMachineCharacters = 48;
    private const int SuffixBytes = 4;

    /// <param name="given">Null: not told.</param>
    /// <param name="stateFolder">Where the name is kept.</param>
    /// <param name="machine">The machine's name.</param>
    /// <param name="machineId"><see cref="MachineId"/>; null: not known, and not asked.</param>
    public static HostName Of(string? given, string stateFolder, string machine, long? machineId = null)
    {
        if (given is not null)
            return new(given, null);
        var path = Path.Combine(stateFolder, FileName);
        try
        {
            var (known, knownMachine) = Read(path);
            if (known is { } name && (machineId is null || knownMachine is null || knownMachine == machineId))
            {
                if (machineId != knownMachine && machineId is not null)
                    Write(path, name, machineId);
                return name;
            }
            var made = new HostName($"{Safe(machine)}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SuffixBytes))}", known?.Id);
            Write(path, made, machineId);
            return made;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LitestreamException($"cannot keep this host's name in {path}: {error.Message}", error, "name it with -host-id");
        }
    }

    /// <summary>In no fleet: nobody else is to be told apart.</summary>
    public static string Alone(string machine) => Safe(machine);

    /// <summary>The host whose folder this was lives: the folder is a copy, also when that host is gone one day.</summary>
    public static void ForgetFormer(string stateFolder)
    {
        var path = Path.Combine(stateFolder, FileName);
        try
        {
            if (Read(path) is ({ } name, var machineId))
                Write(path, name with { Former = null }, machineId);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next start finds out once more.
        }
    }

    /// <summary>One line for the name; two more that may be missing.</summary>
    private static (HostName? Name, long? MachineId) Read(string path)
    {
        var lines = File.Exists(path) ? File.ReadAllLines(path) : [];
        if (lines.Length == 0 || lines[0].Trim() is var id && !FleetKeys.IsHostId(id))
            return (null, null);
        var former = lines.FirstOrDefault(l => l.StartsWith(FormerLine, StringComparison.Ordinal))?[FormerLine.Length..].Trim();
        var machine = lines.FirstOrDefault(l => l.StartsWith(MachineLine, StringComparison.Ordinal))?[MachineLine.Length..].Trim();
        return (new(lines[0].Trim(), former is not null && FleetKeys.IsHostId(former) ? former : null),
            long.TryParse(machine, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var number) ? number : null);
    }

    private static void Write(string path, HostName name, long? machineId)
    {
        var unfinished = path + ".new";
        File.WriteAllLines(unfinished, new[] { name.Id, machineId is { } id ? $"{MachineLine}{id:x16}" : null, name.Former is { } former ? FormerLine + former : null }.OfType<string>());
        File.Move(unfinished, path, overwrite: true);
    }

    private static string Safe(string machine)
    {
        var name = string.Concat(machine.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '-').Take(MostMachineCharacters)).Trim('-', '.');
        return name.Length > 0 ? name : "host";
    }
}
