using System.Diagnostics;
using System.Globalization;
using Litestream.Benchmarks;
using Litestream.Benchmarks.Measurements;
using Litestream.EndToEnd.Programs;

// Measures the published programs (the codecs: in this process) on this machine, beside the numbers they are to beat and yardsticks of the same run. A whole run is kept in docs/bench.md.
// -quick: fewer runs and samples. -only NAME[,NAME]: some measurements. -tenants N: with so many idle ones. Neither is kept.
(string Name, string Title, bool IsQuick, Func<Effort, IEnumerable<Row>> Measure)[] measurements =
[
    ("start", "Start and size", true, StartUp.Measure),
    ("register", "A new tenant", true, Registration.Measure),
    ("delay", "A commit", true, ReplicationDelay.Measure),
    ("idle", "Idle tenants, replicated to S3", true, IdleTenants.Measure),
    ("busy", "Busy tenants", false, BusyTenants.Measure),
    ("wal", "One busy tenant", false, WalUnderLoad.Measure),
    ("copy", "First copy", true, FirstCopy.Measure),
    ("restore", "Restore", true, RestoreSpeed.Measure),
    ("codec", "Codecs, one core, in the benchmark's own process and compiled as it runs", true, Codecs.Measure),
    ("fleet", "The fleet's API", true, FleetReads.Measure),
];

var isQuick = args.Contains("-quick");
var effort = isQuick ? Effort.Quick : Effort.Full;
var only = Value("-only")?.Split(',');
if (only?.FirstOrDefault(o => measurements.All(m => m.Name != o)) is { } unknown)
{
    Console.Error.WriteLine($"-only {unknown}: no such measurement; there are {string.Join(", ", measurements.Select(m => m.Name))}");
    return 2;
}
if (Value("-tenants") is { } many)
    effort = effort with { IdleTenants = [int.Parse(many, CultureInfo.InvariantCulture)], Runs = 1 };

var started = Stopwatch.GetTimestamp();
Console.Error.WriteLine(KeptReport.Machine());
var last = KeptReport.Last();
var (results, failed) = (new List<(string Title, IReadOnlyList<Row> Rows)>(), new List<string>());
foreach (var (name, title, quick, measure) in measurements)
{
    if (only is null ? isQuick && !quick : !only.Contains(name))
        continue;
    Console.Error.WriteLine($"{DateTime.UtcNow:HH:mm:ss} {name}");
    try
    {
        results.Add((title, [.. measure(effort)]));
    }
    catch (InvalidOperationException e)
    {
        // What the others measured is not lost, but half a run is not kept.
        Console.Error.WriteLine($"{name} failed: {e.Message}");
        failed.Add(name);
    }
}
var tables = Table.Of(results, last);
Console.WriteLine(tables);
if (failed.Count > 0)
{
    Console.Error.WriteLine($"failed: {string.Join(", ", failed)}");
    return 1;
}
if (only is null && !isQuick)
    KeptReport.Write(tables, Stopwatch.GetElapsedTime(started));
return 0;

string? Value(string flag) => Array.IndexOf(args, flag) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
