using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Restore;

/// <summary>
/// Reads every file of a replica from beginning to end and writes nothing: is each what was written, and do they belong together? Level by level,
/// as each level is a chain of its own; between them the sums recorded at capture, and the states they make, must agree.
/// </summary>
public sealed class ReplicaVerifier
{
    /// <summary>A level with more holes than this is compared no further: each costs reading the database up to there once more.</summary>
    private const int MaxBridges = 8;

    /// <summary>States read only to name the pages of a mismatch: each costs reading the database.</summary>
    private const int MaxOtherStates = 10;

    private readonly IReplicaStorage _storage;
    private readonly int _parallelism;
    private readonly List<ReplicaDamage> _damage = [];
    private readonly HashSet<LtxFile> _damaged = [];
    private readonly HashSet<LtxFile> _gone = [];

    // The sum of the database at each transaction at which some level has a state, and the file that made it.
    private readonly Dictionary<Txid, (ulong Sum, LtxFile File)> _states = [];
    private IReadOnlyList<LtxFile> _listed = [];
    private bool _hasProofs;
    private int _otherStates;

    /// <param name="storage">The replica of one database.</param>
    /// <param name="parallelism">Range reads in flight, where a state is needed that no level begins with.</param>
    public ReplicaVerifier(IReplicaStorage storage, int parallelism = 8) => (_storage, _parallelism) = (storage, parallelism);

    /// <summary>Once for each instance. Damage is reported, not thrown; throws <see cref="LitestreamException"/> when the replica cannot be read, or holds nothing.</summary>
    /// <param name="progress">Told the bytes verified so far, after each file.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<VerifyReport> RunAsync(IProgress<long>? progress, CancellationToken cancellationToken)
    {
        _listed = await ReplicaListing.ReadAsync(_storage, cancellationToken).ConfigureAwait(false);
        if (_listed.Count == 0)
            throw new Unrestorable(_listed, _storage.Url).Empty();
        var bytes = 0L;
        // Snapshots and mergers first: they are what a damaged file below them is compared with.
        foreach (var level in _listed.GroupBy(f => f.Level).OrderByDescending(g => g.Key))
        {
            var (walk, bridges) = (new StateWalk(), 0);
            foreach (var file in level.OrderBy(f => f.MinTxid.Value).ThenBy(f => f.MaxTxid.Value))
            {
                if (!walk.LeadsTo(file) && bridges++ < MaxBridges)
                    walk = await BridgeAsync(file, cancellationToken).ConfigureAwait(false);
                await VerifyAsync(file, walk, cancellationToken).ConfigureAwait(false);
                progress?.Report(bytes += file.SizeBytes);
            }
        }
        return Report();
    }

    private async Task VerifyAsync(LtxFile file, StateWalk walk, CancellationToken cancellationToken)
    {
        FileContent content;
        try
        {
            content = await FileContent.ReadAsync(_storage, file, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException e) when (e.IsMissing)
        {
            _gone.Add(file); // retention took it meanwhile, which is its right
            walk.Lose();
            return;
        }
        _hasProofs |= content.Header?.Proof is not null;
        if (content.Damage is { } damage)
        {
            _damaged.Add(file);
            var pgno = damage.Pgno ?? await FindPageAsync(content, walk, cancellationToken).ConfigureAwait(false);
            _damage.Add(new(file, pgno, damage.Offset, pgno == damage.Pgno ? damage.Message : $"{damage.Message}: page {pgno} is not what it was"));
            GoOnBehind(content, pgno, walk);
            return;
        }
        var missing = walk.MissingIn(content);
        if (walk.Apply(content) is { } problem)
            await AddMismatchAsync(content, walk, problem, missing ?? 0, cancellationToken).ConfigureAwait(false);
        else
            CompareWithOtherLevels(file, walk);
    }

    /// <summary>Where the sum of the one damaged page is known from others, the files behind can still be compared.</summary>
    private static void GoOnBehind(FileContent damaged, uint? pgno, StateWalk walk)
    {
        if (pgno is { } page && walk.MissingIn(damaged) is { } missing && damaged.PageThatExplains(missing) == page)
        {
            damaged.Repair(page, missing);
            walk.Apply(damaged);
        }
        else
        {
            walk.Lose();
        }
    }

    /// <summary>Of a file whose checksum is wrong, the page that is. Null when it cannot be told: several, or none of them.</summary>
    private async Task<uint?> FindPageAsync(FileContent content, StateWalk walk, CancellationToken cancellationToken)
    {
        if (content.ChecksumDifference is null)
            return null;
        if (walk.MissingIn(content) is { } missing && content.PageThatExplains(missing) is { } pgno)
            return pgno;
        var other = await OtherStateAsync(content, cancellationToken).ConfigureAwait(false);
        return other is not null && DamagedPages.Differing(content, other) is [var only] ? only : null;
    }

    /// <summary>The file is whole by itself, but is not what belongs there.</summary>
    private async Task AddMismatchAsync(FileContent content, StateWalk walk, string problem, ulong missing, CancellationToken cancellationToken)
    {
        _damaged.Add(content.File);
        var pages = DamagedPages.Exchanged(content, missing);
        if (pages.Count == 0 && walk.State is { } state && await OtherStateAsync(content, cancellationToken).ConfigureAwait(false) is { } other)
            pages = DamagedPages.Differing(state, other);
        walk.Lose();
        var what = $"{ChainFile.NameOf(_storage, content.File)}: {problem}";
        if (pages.Count == 0)
            _damage.Add(new(content.File, null, null, what));
        foreach (var pgno in pages)
            _damage.Add(new(content.File, pgno, null, $"{what}: page {pgno} is not what it was"));
    }

    private void CompareWithOtherLevels(LtxFile file, StateWalk walk)
    {
        if (walk.State is not { } state)
            return;
        if (!_states.TryAdd(file.MaxTxid, (state.Sum, file)) && _states[file.MaxTxid] is var (sum, other) && sum != state.Sum)
        {
            _damaged.Add(file);
            _damage.Add(new(file, null, null,
                $"{ChainFile.NameOf(_storage, file)}: it makes a database of sum {state.Sum:x16}, but {other.Name} of level {other.Level} one of {sum:x16} at the same transaction"));
        }
    }

    /// <summary>The state just before a file, by other levels; unknown when they do not lead there.</summary>
    private async Task<StateWalk> BridgeAsync(LtxFile file, CancellationToken cancellationToken) =>
        await ReadStateAsync(file.MinTxid.Previous, without: null, cancellationToken).ConfigureAwait(false) is { } state
            ? StateWalk.From(state, file.MinTxid.Previous)
            : new();

    /// <summary>The state at a file's end, made by others; null when there is none that adds up to what the file recorded.</summary>
    private async Task<PageSums?> OtherStateAsync(FileContent content, CancellationToken cancellationToken)
    {
        if (_otherStates++ >= MaxOtherStates)
            return null;
        var state = await ReadStateAsync(content.File.MaxTxid, content.File, cancellationToken).ConfigureAwait(false);
        return content.Header?.Proof is { } proof && state?.Sum != proof.Post ? null : state;
    }

    private async Task<PageSums?> ReadStateAsync(Txid txid, LtxFile? without, CancellationToken cancellationToken)
    {
        var chain = ChainPlanner.LongestReach(_listed.Where(f => f.MaxTxid <= txid && f != without && !_damaged.Contains(f) && !_gone.Contains(f)));
        if (chain.Count == 0 || chain[^1].MaxTxid != txid)
            return null;
        try
        {
            var reader = await ChainReader.OpenAsync(_storage, chain, _parallelism, cancellationToken).ConfigureAwait(false);
            var state = new PageSums(reader.Newest.PageSize);
            state.Resize(reader.Newest.Commit);
            await reader.ReadPagesAsync((first, pages) => Take(state, first, pages), cancellationToken).ConfigureAwait(false);
            if (reader.Newest.Proof is null)
                await reader.VerifyAsync(cancellationToken).ConfigureAwait(false);
            return reader.Newest.Proof is { } proof && proof.Post != state.Sum ? null : state;
        }
        catch (LitestreamException e) when (e is not StorageException { IsMissing: false })
        {
            return null; // damage there is reported when its own turn comes
        }
    }

    private static void Take(PageSums state, uint firstPgno, ReadOnlySpan<byte> pages)
    {
        for (var pgno = firstPgno; pages.Length > 0; pgno++, pages = pages[state.PageSize..])
        {
            var sum = PageSum.Of(pgno, pages[..state.PageSize]);
            lock (state)
                state.Set(pgno, sum);
        }
    }

    private VerifyReport Report()
    {
        var listed = _listed.Where(f => !_gone.Contains(f)).ToList();
        var points = RestorablePoints.Of(listed.Where(f => !_damaged.Contains(f)));
        return new(
            listed.Count, listed.Sum(f => f.SizeBytes), _hasProofs ? ProofKind.Sum : ProofKind.FileChecksums, points.Count,
            points.Count > 0 ? points[0] : null, points.Count > 0 ? points[^1] : null, listed.MaxBy(f => f.MaxTxid),
            _damage, RestorablePoints.Gaps(listed));
    }
}
