using System.Globalization;
using Litestream.Benchmarks;
using Litestream.Benchmarks.Measurements;
using Litestream.EndToEnd.Programs;

// Measures the published program on this machine, beside the numbers it is to beat.
// -quick: fewer runs and samples. -only NAME: one measurement. -tenants N: with so many idle ones.
var quick = args.Contains("-quick");
var only = Array.IndexOf(args, "-only") is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
var effort = quick ? Effort.Quick : Effort.Full;
if (Array.IndexOf(args, "-tenants") is >= 0 and var many && many + 1 < args.Length)
    effort = effort with { Tenants = int.Parse(args[many + 1], CultureInfo.InvariantCulture), Runs = 1 };

(string Name, Func<Effort, IEnumerable<Row>> Measure)[] measurements =
[
    ("start", StartUp.Measure),
    ("register", Registration.Measure),
    ("delay", ReplicationDelay.Measure),
    ("idle", IdleTenants.Measure),
    ("bucket", IdleInBucket.Measure),
    ("busy", BusyTenants.Measure),
    ("wal", WalUnderLoad.Measure),
    ("large", LargeDatabase.Measure),
    ("restore", RestoreSpeed.Measure),
];

Console.WriteLine($"{PublishedProgram.Path}, {new FileInfo(PublishedProgram.Path).Length / 1e6:0.0} MB; {Environment.ProcessorCount} cores, {(quick ? "quick" : "full")}");
var rows = new List<Row>();
foreach (var (name, measure) in measurements)
{
    if (only is not null ? name != only : !effort.Includes(name))
        continue;
    Console.Error.WriteLine($"… {name}");
    rows.AddRange(measure(effort));
}

Table.Print(rows);
return 0;
