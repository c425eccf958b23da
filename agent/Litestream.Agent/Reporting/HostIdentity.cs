using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Litestream.Fleet.Table;

namespace Litestream.Agent.Reporting;

/// <summary>
/// What this agent is called in the fleet: as it was told, else a name of its own that lasts as long as its state folder stays on its machine. On another machine it makes
/// another: the folder may have been copied with the whole machine, and two hosts must not report as one. Every name that the folder had stays in it: a tenant may be known by any of them.
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
        var path = Path.Combine(stateFolder, FileName);
        try
        {
            var (known, knownMachine) = Read(path);
            var isElsewhere = machineId is not null && knownMachine is not null && knownMachine != machineId;
            var id = given ?? (isElsewhere ? null : known?.Id) ?? $"{Safe(machine)}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SuffixBytes))}";
            var name = known is null ? new(id, []) : id == known.Id ? known : new HostName(id, [.. known.Formers.Prepend(known.Id).Where(f => f != id)]);
            if (name != known || (machineId is not null && machineId != knownMachine))
                Write(path, name, machineId ?? knownMachine);
            return name;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LitestreamException($"cannot keep this host's name in {path}: {error.Message}", error, "make the state directory one that this user may write");
        }
    }

    /// <summary>In no fleet: nobody else is to be told apart.</summary>
    public static string Alone(string machine) => Safe(machine);

    /// <summary>The host whose folder this was lives: the folder is a copy, also when that host is gone one day.</summary>
    public static void ForgetFormer(string stateFolder, string former)
    {
        var path = Path.Combine(stateFolder, FileName);
        try
        {
            if (Read(path) is ({ } name, var machineId))
                Write(path, name with { Formers = [.. name.Formers.Where(f => f != former)] }, machineId);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next start finds out once more.
        }
    }

    /// <summary>One line for the name; more that may be missing.</summary>
    private static (HostName? Name, long? MachineId) Read(string path)
    {
        var lines = File.Exists(path) ? File.ReadAllLines(path) : [];
        if (lines.Length == 0 || lines[0].Trim() is var id && !FleetKeys.IsHostId(id))
            return (null, null);
        var machine = Values(lines, MachineLine).FirstOrDefault();
        return (new(lines[0].Trim(), [.. Values(lines, FormerLine).Where(FleetKeys.IsHostId)]),
            long.TryParse(machine, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var number) ? number : null);
    }

    private static IEnumerable<string> Values(string[] lines, string what) => lines.Where(l => l.StartsWith(what, StringComparison.Ordinal)).Select(l => l[what.Length..].Trim());

    private static void Write(string path, HostName name, long? machineId)
    {
        var unfinished = path + ".new";
        string[] lines = [name.Id, .. machineId is { } id ? [$"{MachineLine}{id:x16}"] : Array.Empty<string>(), .. name.Formers.Select(f => FormerLine + f)];
        using (var file = File.Create(unfinished))
        {
            file.Write(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));
            // A power loss must not leave an empty file: the next start would be another host.
            file.Flush(flushToDisk: true);
        }
        File.Move(unfinished, path, overwrite: true);
    }

    private static string Safe(string machine)
    {
        var name = string.Concat(machine.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '-').Take(MostMachineCharacters)).Trim('-', '.');
        return name.Length > 0 ? name : "host";
    }
}
