using System.Diagnostics;
using Litestream.EndToEnd.Histories;

namespace Litestream.EndToEnd.Chaos;

/// <summary>What a chaos run did and found.</summary>
internal sealed class ChaosTotals : HistoryTotals
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly SortedDictionary<string, int> _faults = new(StringComparer.Ordinal);
    private int _comparisons;

    public string Store { get; set; } = "no store";

    public long Commits { get; set; }

    /// <summary>Restored databases compared with the live ones by content.</summary>
    public int Comparisons => _comparisons;

    /// <summary>How often everything was given time to be well again.</summary>
    public int Calms { get; set; }

    /// <summary>From the end of the last fault until every tenant was synced, the longest.</summary>
    public TimeSpan SlowestRecovery { get; set; }

    public long MostMemory { get; set; }

    public long MostState { get; set; }

    /// <summary>What the machine does not allow.</summary>
    public SortedSet<string> Skipped { get; } = [];

    public int Faults => _faults.Values.Sum();

    public void Compared() => Interlocked.Increment(ref _comparisons);

    public void Struck(string fault)
    {
        lock (_faults)
            _faults[fault] = _faults.GetValueOrDefault(fault) + 1;
    }

    public string Line(int seed) =>
        $"chaos: seed {seed}, {_clock.Elapsed.TotalSeconds:0} s, {Store}, {Faults} faults ({string.Join(", ", _faults.OrderByDescending(f => f.Value).Select(f => $"{f.Key} {f.Value}"))}), "
        + $"{Commits:#,0} commits acknowledged, {Syncs:#,0} syncs, {CountOf(Finding.SyncedCommitLost)} lost, {Restores} restores proven, {Refused} refused with the gap named, {Comparisons} comparisons, "
        + $"{CountOf(Finding.Unsound)} unsound, {CountOf(Finding.NoPrefix)} not a prefix, {CountOf(Finding.NoProof)} without proof, {CountOf(Finding.NotRestorable)} not restorable, "
        + $"{CountOf(Finding.NotNamed)} refused without a reason, {CountOf(Finding.Unequal)} unequal, {CountOf(Finding.Overwritten)} objects overwritten, {CountOf(Finding.Stuck)} stuck, "
        + $"{CountOf(Finding.LiveHarmed)} live databases harmed, {CountOf(Finding.OverCap)} over a cap, {CountOf(Finding.Other)} other; {Calms} calms, slowest recovery {SlowestRecovery.TotalSeconds:0.0} s, "
        + $"memory {MostMemory >> 20} MB, state {MostState >> 20} MB{(Skipped.Count > 0 ? $"; skipped: {string.Join("; ", Skipped)}" : "")}";
}
