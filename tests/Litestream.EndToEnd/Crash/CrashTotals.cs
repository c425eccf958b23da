using System.Diagnostics;
using Litestream.Replication;

namespace Litestream.EndToEnd.Crash;

/// <summary>What a crash run did and found.</summary>
internal sealed class CrashTotals
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<(Finding Kind, string Text)> _findings = [];

    public int AgentKills { get; set; }

    public int WriterKills { get; set; }

    /// <summary>Of the killed writers: inside the fsync of a commit.</summary>
    public int FsyncKills { get; set; }

    public int Restores { get; set; }

    /// <summary>Restored databases compared with the live ones by content, writers standing still.</summary>
    public int Comparisons { get; set; }

    /// <summary>Comparisons that could not be made: a writer stood still with a lock in its hand, or in the middle of a replacement.</summary>
    public int Inconclusive { get; set; }

    /// <summary>Replicas, of tenants with two, that somebody emptied.</summary>
    public int Emptied { get; set; }

    /// <summary>Commits that a sync acknowledged: each must be in every later restore.</summary>
    public int Syncs { get; set; }

    /// <summary>How often the agent died at each named step.</summary>
    public Dictionary<FaultPoint, int> Steps { get; } = Points.ToDictionary(point => point, _ => 0);

    private static readonly string[] Commanded = ["InPlace", "Restore", "Command", "Leaving", "Move"];

    /// <summary>
    /// The steps that tenants of this chapter come to: only a replica with days begins one (MidnightTests), only a person restores in place (InPlaceRestoreCrashTests)
    /// or has a tenant change hosts (FleetOwnershipTests, FleetMoveReleaseTests), only a fleet gives commands (FleetCommandCrashTests).
    /// </summary>
    public static IEnumerable<FaultPoint> Points => Enum.GetValues<FaultPoint>().Where(point => point is not (FaultPoint.DayBookedNotBegun or FaultPoint.RestoredAside
            or FaultPoint.FenceNotPublished or FaultPoint.EpochRaised or FaultPoint.FencedNotRestored or FaultPoint.SyncedNotReleased or FaultPoint.LeftNotReleased
            or FaultPoint.ReleasedNotTold)
        && !Commanded.Any(word => point.ToString().StartsWith(word, StringComparison.Ordinal)));

    public int Kills => AgentKills + WriterKills;

    public IReadOnlyList<(Finding Kind, string Text)> Findings => _findings;

    public void Add(Finding kind, string text) => _findings.Add((kind, text));

    public string StepsLine => "agent died at: " + string.Join(' ', Steps.Select(step => $"{step.Key}={step.Value}"));

    public string Line(int seed)
    {
        string Count(Finding kind) => _findings.Count(finding => finding.Kind == kind).ToString();
        return $"crash: {Kills} kills ({AgentKills} agent, {Steps.Values.Sum()} of them at {Steps.Values.Count(n => n > 0)} of {Steps.Count} named steps; {WriterKills} writer, "
            + $"{FsyncKills} of them inside an fsync), {Emptied} replicas emptied, {Restores} restores, {Syncs} syncs, {Comparisons} comparisons ({Inconclusive} impossible) in {_clock.Elapsed.TotalSeconds:0} s, seed {seed}: "
            + $"{Count(Finding.SyncedCommitLost)} synced commits lost, {Count(Finding.Unsound)} unsound, {Count(Finding.NoPrefix)} not a prefix, {Count(Finding.NoProof)} without proof, "
            + $"{Count(Finding.NotRestorable)} not restorable, {Count(Finding.Unequal)} unequal, {Count(Finding.LiveHarmed)} live databases harmed, {Count(Finding.Other)} other";
    }
}
