using Litestream.Http;

namespace Litestream.Cloud.Configuration;

/// <summary>
/// The few flags of this program: each a word, alone or with a value behind it or behind <c>=</c>; <c>--port</c> means <c>-port</c>. Nothing is bundled, and
/// an argument that is no flag is a mistake.
/// </summary>
internal sealed class Flags
{
    public const string Port = "-port";
    public const string Bind = "-bind";
    public const string Table = "-fleet-table";
    public const string Tokens = "-tokens";
    public const string NoAuth = "-no-auth";

    public const string DrillWithin = "-drill-within";
    public const string DrillVisit = "-drill-visit";
    public const string DrillMaxSize = "-drill-max-size";
    public const string DrillLanes = "-drill-lanes";
    public const string DrillScratch = "-drill-scratch";
    public const string DrillPause = "-drill-pause";

    public static readonly string[] OfDrills = [DrillWithin, DrillVisit, DrillMaxSize, DrillLanes, DrillScratch, DrillPause];

    private static readonly (string Name, string? Value, string Meaning)[] Known =
    [
        (Table, "NAME", "the fleet's DynamoDB table [LITESTREAM_FLEET_TABLE]"),
        (Port, "N", "listen on this port [8090]"),
        (Bind, "ADDRESS", "on this address of the machine; * for all [loopback]"),
        (Tokens, "FILE", "who may do what, a line each [LITESTREAM_API_TOKENS]"),
        (NoAuth, null, "who reaches the port may do anything; loopback only"),
        (DrillWithin, "TIME", "worker: every tenant is proven within this [7d]"),
        (DrillVisit, "TIME", "worker: every tenant is visited so often [6h]"),
        (DrillMaxSize, "SIZE", "worker: what is larger its host drills [256MB]"),
        (DrillLanes, "N", "worker: drills at the same time [2]"),
        (DrillScratch, "DIR", "worker: room for N of that size [/tmp]"),
        (DrillPause, "TIME", "worker on a port: between two rounds [5m]"),
    ];

    private readonly Dictionary<string, string> _given = new(StringComparer.Ordinal);

    public string? this[string name] => _given.GetValueOrDefault(name);

    /// <summary>Throws <see cref="StartException"/>.</summary>
    public static Flags Read(IReadOnlyList<string> words)
    {
        var flags = new Flags();
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i].StartsWith("--", StringComparison.Ordinal) ? words[i][1..] : words[i];
            var (name, value) = word.IndexOf('=', StringComparison.Ordinal) is > 0 and var at ? (word[..at], word[(at + 1)..]) : (word, null);
            var known = Array.Find(Known, flag => flag.Name == name);
            if (known.Name is null)
                throw Wrong($"there is no flag {Shown(name)}", NearestName.Find(Shown(name), Known.Select(f => f.Name)) is { } near ? $"did you mean {near}?" : "`litestream-cloud -help` lists the flags");
            if (known.Value is null ? value is not null : value is null && (i + 1 == words.Count || words[i + 1].StartsWith('-')))
                throw Wrong(known.Value is null ? $"{name} takes no value" : $"{name} needs a value: {name} {known.Value}");
            value ??= known.Value is null ? "" : words[++i];
            if (known.Value is not null && string.IsNullOrWhiteSpace(value))
                throw Wrong($"{name}: the value is empty");
            if (!flags._given.TryAdd(name, value))
                throw Wrong($"{name} is given twice");
        }
        return flags;
    }

    public static int WriteHelp(TextWriter output)
    {
        output.WriteLine("Serves the API of a fleet, on Lambda or on a port.");
        output.WriteLine("With LITESTREAM_ROLE=worker it drills the fleet's backups instead;");
        output.WriteLine("its flags are variables, too: LITESTREAM_DRILL_WITHIN, and so on.");
        output.WriteLine();
        output.WriteLine("  litestream-cloud [flags]");
        output.WriteLine("  litestream-cloud token NAME SCOPE,SCOPE >> FILE    makes a token");
        output.WriteLine("  litestream-cloud table NAME            the table, as CreateTable takes it");
        output.WriteLine();
        foreach (var (name, value, meaning) in Known)
            output.WriteLine($"  {name + " " + value,-23}{meaning}");
        return 0;
    }

    public static StartException Wrong(string message, string? hint = null) => new(message, hint) { IsUsage = true };

    private static string Shown(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
