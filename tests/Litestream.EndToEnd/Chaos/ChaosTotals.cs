using System.Diagnostics;
using Litestream.EndToEnd.Histories;

namespace Litestream.EndToEnd.Chaos;

/// <summary>What a chaos run did and found.</summary>
internal sealed class ChaosTotals : HistoryTotals
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly SortedDictionary<string, int> _faults = new(StringComparer.Ordinal);
    private int _comparisons;
    private int _answers;
    private int _chains;
    private int _named;
    private int _points;
    private int _spoiled;

    public string Store { get; set; } = "no store";

    public long Commits { get; set; }

    /// <summary>Restored databases compared with the live ones by content.</summary>
    public int Comparisons => _comparisons;

    /// <summary>How often everything was given time to be well again.</summary>
    public int Calms { get; set; }

    /// <summary>From the end of the last fault until every tenant was synced, the longest.</summary>
    public TimeSpan SlowestRecovery { get; set; }

    /// <summary>What recoveries were given: a minute, or as much more as the machine had more to do than it can.</summary>
    public TimeSpan ShortestLimit { get; private set; }

    public TimeSpan LongestLimit { get; private set; }

    /// <summary>Of an agent, resident; and what it may have.</summary>
    public long MostMemory { get; set; }

    public long MemoryCap { get; set; }

    /// <summary>On disk of a state directory; and what may be there.</summary>
    public long MostState { get; set; }

    public long StateCap { get; set; }

    /// <summary>What the machine does not allow.</summary>
    public SortedSet<string> Skipped { get; } = [];

    /// <summary>Every fault that the machine allows; those whose turn never came are said.</summary>
    public IReadOnlyList<string> Possible { get; set; } = [];

    public IReadOnlyList<string> NotReached => [.. Possible.Where(fault => !_faults.ContainsKey(fault)).Distinct()];

    public int Faults => _faults.Values.Sum();

    /// <summary>Answers of the fleet's API.</summary>
    public int Answers => _answers;

    /// <summary>From the end of the last fault until the fleet's API showed what agents show, the longest.</summary>
    public TimeSpan SlowestView { get; set; }

    /// <summary>Objects of replicas whose content was looked at again and again.</summary>
    public int Objects { get; set; }

    public void Allowed(TimeSpan limit)
    {
        ShortestLimit = ShortestLimit == default || limit < ShortestLimit ? limit : ShortestLimit;
        LongestLimit = limit > LongestLimit ? limit : LongestLimit;
    }

    public void ObjectSpoiled() => Interlocked.Increment(ref _spoiled);

    public void Asked() => Interlocked.Increment(ref _answers);

    /// <param name="isHurt">Its newest state did not restore any more.</param>
    public void ChainWasSpoiled(bool isHurt)
    {
        Interlocked.Increment(ref _chains);
        if (isHurt)
            Interlocked.Increment(ref _named);
    }

    public void PointJudged() => Interlocked.Increment(ref _points);

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
        + $"{CountOf(Finding.NotNamed)} refused without a reason, {CountOf(Finding.Unequal)} unequal, {CountOf(Finding.Overwritten)} of {Objects:#,0} objects overwritten, {CountOf(Finding.Stuck)} stuck, "
        + $"{CountOf(Finding.LiveHarmed)} live databases harmed, {CountOf(Finding.OverCap)} over a cap, {CountOf(Finding.WrongView)} wrong views of {Answers:#,0} answers of the API, {CountOf(Finding.Other)} other; {_spoiled} objects deleted or damaged, {_chains} chains at rest, {_named} of them hurt, named and healed; {_points} restores to earlier points judged; "
        + $"{Calms} calms, slowest recovery {SlowestRecovery.TotalSeconds:0.0} s, slowest view {SlowestView.TotalSeconds:0.0} s (of {ShortestLimit.TotalSeconds:0} to {LongestLimit.TotalSeconds:0} s, by the machine's load), "
        + $"memory at most {MostMemory >> 20} of {MemoryCap >> 20} MB, state at most {MostState >> 20} of {StateCap >> 20} MB{(NotReached.Count > 0 ? $"; not reached: {string.Join(", ", NotReached)}" : "")}{(Skipped.Count > 0 ? $"; skipped: {string.Join("; ", Skipped)}" : "")}";
}
