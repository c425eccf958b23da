using Litestream.EndToEnd.Chaos.Faults;
using Litestream.EndToEnd.Histories;
using Litestream.EndToEnd.Soak;
using Xunit.Abstractions;

namespace Litestream.EndToEnd.Chaos;

/// <summary>
/// Everything goes wrong that can, in an order drawn from a seed; what was acknowledged as synced is never lost, and everything is well a minute after. Long runs: <c>make chaos</c>.
/// </summary>
[Collection(SoakCollection.Name)]
public sealed class ChaosTests(ITestOutputHelper output)
{
    private static IEnumerable<Fault> Faults =>
    [
        new AgentKilled(), new AgentPaused(), new ClockStepped(), .. StoreSpoiled.All, new StoreKilled(), new TableSpoiled(), new ApplicationKilled(), new ApplicationDiedInFsync(),
        new DiskFull(), new PermissionsWithdrawn(), new BooksCorrupted(), new ObjectsSpoiled(isDeleted: true), new ObjectsSpoiled(isDeleted: false), new HugeTransaction(),
        new BurstOfSmallOnes(), new ManyFiles(), new EventsOverflow(), new TwoAgents(), new WokenTooLate(), new DirectoryUnmounted(), new ApiKilled(), new ChainSpoiled(isDeleted: true), new ChainSpoiled(isDeleted: false),
    ];

    [Fact]
    public async Task Whatever_goes_wrong_nothing_synced_is_lost_every_restore_is_proven_and_everything_is_well_a_minute_later()
    {
        var options = ChaosOptions.FromEnvironment();
        var totals = new ChaosTotals();
        Say($"chaos: {options}");
        try
        {
            await using var site = await ChaosSite.BeginAsync(options, totals);
            try
            {
                using var run = new ChaosRun(site, Say);
                var possible = Possible(site);
                totals.Possible = [.. possible.Select(fault => fault.Name)];
                await run.RunAsync(possible);
                if (options.IsWholeDeck && totals.Findings.Count == 0 && totals.NotReached.Count > 0)
                    site.Find(Finding.Other, $"not every fault had its turn: {string.Join(", ", totals.NotReached)}");
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                site.Find(Finding.Other, e.ToString());
            }
            if (totals.Findings.Count > 0)
                site.Keep();
        }
        finally
        {
            Say(totals.Line(options.Seed));
            if (options.TotalsFile is { } file)
                await File.WriteAllTextAsync(file, totals.Line(options.Seed) + "\n");
        }

        Assert.True(totals.Findings.Count == 0, string.Join("\n\n", totals.Findings.Select(finding => finding.Text)));
    }

    private static List<Fault> Possible(ChaosSite site)
    {
        var possible = new List<Fault>();
        foreach (var fault in Faults.Where(fault => site.Options.Only.Count == 0 || site.Options.Only.Any(word => fault.Name.Contains(word, StringComparison.Ordinal))))
        {
            if (fault.Missing(site) is { } missing)
                site.Totals.Skipped.Add(missing);
            else
                possible.Add(fault);
        }
        return possible;
    }

    private void Say(string line)
    {
        output.WriteLine(line);
        // Seen while it runs.
        Console.Error.WriteLine(line);
    }
}
