using Litestream.EndToEnd.Histories;
using Litestream.EndToEnd.Soak;
using Xunit.Abstractions;

namespace Litestream.EndToEnd.Crash;

/// <summary>
/// Agent and applications are killed, at random and at each named step; no synced commit may be lost, and whatever can be restored is sound, proven
/// and the beginning of what was committed. Long runs: <c>make crash</c>.
/// </summary>
[Collection(SoakCollection.Name)]
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int KillsPerChapter = 40;

    /// <summary>So many kills must have met every named step.</summary>
    private const int KillsForEveryStep = 500;

    [Fact]
    public async Task Whoever_is_killed_no_synced_commit_is_lost_and_every_restore_is_the_beginning_of_the_history()
    {
        var options = CrashOptions.FromEnvironment();
        var totals = new CrashTotals();
        Say(options.ToString());
        try
        {
            for (var chapter = 0; totals.Kills < options.Kills && totals.Findings.Count == 0; chapter++)
                await RunChapterAsync(options, totals, chapter);
        }
        finally
        {
            Say(totals.StepsLine);
            Say(totals.Line(options.Seed));
            if (options.TotalsFile is { } file)
                await File.WriteAllTextAsync(file, totals.Line(options.Seed) + "\n");
        }

        Assert.True(totals.Findings.Count == 0, string.Join("\n\n", totals.Findings.Select(finding => finding.Text)));
        Assert.True(options.Kills < KillsForEveryStep || totals.Steps.Values.All(n => n > 0), totals.StepsLine);
    }

    private async Task RunChapterAsync(CrashOptions options, CrashTotals totals, int chapter)
    {
        using var running = new CrashChapter(options.Seed + chapter, totals);
        try
        {
            await running.RunAsync(Math.Min(KillsPerChapter, options.Kills - totals.Kills));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            running.Keep();
            totals.Add(Finding.Other, $"chapter {chapter}, seed {options.Seed + chapter}: {e}");
        }

        Say($"chapter {chapter}: {totals.Line(options.Seed)}");
    }

    private void Say(string line)
    {
        output.WriteLine(line);
        // Seen while it runs.
        Console.Error.WriteLine(line);
    }
}
