using System.Diagnostics;
using Litestream.EndToEnd.Histories;
using Litestream.Replication;

namespace Litestream.EndToEnd.Crash;

/// <summary>What a crash run did and found.</summary>
internal sealed class CrashTotals : HistoryTotals
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public int AgentKills { get; set; }

    public int WriterKills { get; set; }

    /// <summary>Of the killed writers: inside the fsync of a commit.</summary>
    public int FsyncKills { get; set; }

    /// <summary>Restored databases compared with the live ones by content, writers standing still.</summary>
    public int Comparisons { get; set; }

    /// <summary>Comparisons that could not be made: a writer stood still with a lock in its hand, or in the middle of a replacement.</summary>
    public int Inconclusive { get; set; }

    /// <summary>Replicas, of tenants with two, that somebody emptied.</summary>
    public int Emptied { get; set; }

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

    public string StepsLine => "agent died at: " + string.Join(' ', Steps.Select(step => $"{step.Key}={step.Value}"));

    public string Line(int seed)
    {
        return $"crash: {Kills} kills ({AgentKills} agent, {Steps.Values.Sum()} of them at {Steps.Values.Count(n => n > 0)} of {Steps.Count} named steps; {WriterKills} writer, "
            + $"{FsyncKills} of them inside an fsync), {Emptied} replicas emptied, {Restores} restores, {Syncs} syncs, {Comparisons} comparisons ({Inconclusive} impossible) in {_clock.Elapsed.TotalSeconds:0} s, seed {seed}: "
            + $"{CountOf(Finding.SyncedCommitLost)} synced commits lost, {CountOf(Finding.Unsound)} unsound, {CountOf(Finding.NoPrefix)} not a prefix, {CountOf(Finding.NoProof)} without proof, "
            + $"{CountOf(Finding.NotRestorable)} not restorable, {CountOf(Finding.Unequal)} unequal, {CountOf(Finding.LiveHarmed)} live databases harmed, {CountOf(Finding.Other)} other";
    }
}
