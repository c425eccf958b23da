using Litestream.Ltx;
using Litestream.Sqlite;
using Litestream.Storage;
using Microsoft.Extensions.Logging;

namespace Litestream.Restore;

/// <summary>
/// A read replica that stays current while others read it: list, plan, fetch, apply, again and again. It may be killed at any moment, and so may
/// its readers and the agent that writes the replica. One instance for each output.
/// </summary>
public sealed class Follower
{
    /// <summary>How long readers may take before we let them have their way and come again; meanwhile no new one begins.</summary>
    private const int PatienceMs = 250;

    private readonly IReplicaStorage _storage;
    private readonly FollowOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    // What the last file applied left, as it says itself; null when not known.
    private ulong? _postSum;
    private bool _saidGap;

    public Follower(IReplicaStorage storage, FollowOptions options, TimeProvider time, ILogger logger)
    {
        _storage = storage;
        _options = options;
        _time = time;
        _logger = logger;
    }

    /// <summary>The transaction that readers see; none before the first restore has ended.</summary>
    public Txid Position { get; private set; }

    /// <summary>Runs until cancelled. Throws <see cref="LitestreamException"/> for what waiting will not mend.</summary>
    /// <param name="moved">Told each transaction that readers can see, the first one included.</param>
    /// <param name="progress">Of the first restore.</param>
    /// <param name="cancellationToken">Ends it, between two commits.</param>
    public async Task RunAsync(Action<Txid> moved, IProgress<RestoreProgress>? progress, CancellationToken cancellationToken)
    {
        await RestoreIfMissingAsync(progress, cancellationToken).ConfigureAwait(false);
        using var output = await OpenAsync(cancellationToken).ConfigureAwait(false);
        MoveTo(new FollowPosition(_options.OutputPath).Read(output.LowTxid), moved);
        using var ticks = new PeriodicTimer(_options.Interval, _time);
        do
        {
            try
            {
                await CatchUpAsync(output, moved, cancellationToken).ConfigureAwait(false);
            }
            catch (StorageException e) when (e.Fault is StorageFault.Transient or StorageFault.Missing)
            {
                _logger.FollowWaits(_options.OutputPath, e.Message); // compacted away under us, or the network: look again
            }
            catch (DamagedFileException e)
            {
                _logger.FollowWaits(_options.OutputPath, e.Message); // a merger of it, or a snapshot, may come
            }
        }
        while (await ticks.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
    }

    private async Task RestoreIfMissingAsync(IProgress<RestoreProgress>? progress, CancellationToken cancellationToken)
    {
        if (!_options.Force && new FileInfo(_options.OutputPath) is { Exists: true, Length: > 0 })
            return;
        var restore = new RestoreOptions
        {
            OutputPath = _options.OutputPath,
            Parallelism = _options.Parallelism,
            IntegrityCheck = _options.IntegrityCheck,
            Force = _options.Force,
            AsReadReplica = true,
        };
        var result = await new Restorer(_storage, _time, _logger).RunAsync(restore, progress, cancellationToken).ConfigureAwait(false);
        new FollowPosition(_options.OutputPath).Write(result.Txid);
    }

    private async Task<ReadReplica> OpenAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (ReadReplica.TryOpen(_options.OutputPath, PatienceMs, FlushDirectory) is { } output)
                return output;
            await Task.Delay(_options.Interval, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task CatchUpAsync(ReadReplica output, Action<Txid> moved, CancellationToken cancellationToken)
    {
        var chain = await PlanAsync(cancellationToken).ConfigureAwait(false);
        if (chain.Count == 0)
            return;
        // A merger that begins before our position is absolute, too: its pages are the newest of all it covers.
        var isWhole = chain[0].IsImage;
        var reader = await ChainReader.OpenAsync(_storage, chain, isWhole ? 0 : output.PageCount, _options.Parallelism, cancellationToken).ConfigureAwait(false);
        if (reader.Newest.PageSize != output.PageSize)
            throw new LitestreamException($"{_options.OutputPath}: the page size of the database has changed from {output.PageSize} to {reader.Newest.PageSize}",
                hint: "stop the readers and follow anew with -force");
        if (!isWhole && !Continues(reader.Files))
        {
            _logger.FollowAnew(_options.OutputPath, Position);
            reader = await ReadImageAsync(cancellationToken).ConfigureAwait(false);
        }
        await reader.VerifyAsync(cancellationToken).ConfigureAwait(false); // before a reader sees any of it
        if (await TryApplyAsync(output, reader, cancellationToken).ConfigureAwait(false))
        {
            _postSum = reader.Newest.Proof?.Post;
            MoveTo(reader.Newest.MaxTxid, moved);
        }
    }

    /// <summary>What leads on from our position: level 0 as a rule, other levels where it does not connect any more, an image where nothing else does.</summary>
    private async Task<List<LtxFile>> PlanAsync(CancellationToken cancellationToken)
    {
        var captured = new List<LtxFile>();
        await foreach (var file in _storage.ListAsync(0, cancellationToken).ConfigureAwait(false))
            captured.Add(file);
        var newest = captured.Count == 0 ? Txid.None : captured[^1].MaxTxid;
        var chain = ChainPlanner.LongestReach(captured.Where(f => f.MaxTxid > Position), Position);
        if (newest == Position || (chain.Count > 0 && chain[^1].MaxTxid == newest))
            return chain;

        var listed = await ReplicaListing.ReadAsync(_storage, cancellationToken).ConfigureAwait(false);
        newest = listed.Count == 0 ? Txid.None : listed.Max(f => f.MaxTxid);
        if (newest == Position)
            return [];
        if (newest < Position && listed.Count > 0)
        {
            // The newest file of a replica is never deleted: this is another replica.
            _logger.FollowAnew(_options.OutputPath, Position);
            new FollowPosition(_options.OutputPath).Write(newest); // the database's own number will be lower than what is noted
            return [.. ChainPlanner.Choose(listed, ChainTarget.Latest, _storage.Url)];
        }
        chain = ChainPlanner.LongestReach(listed.Where(f => !f.IsImage), Position);
        if (ChainPlanner.EndOf(chain) != newest)
            chain = ChainPlanner.LongestReach(listed, Position);
        SayGap(Txid.Max(Position, ChainPlanner.EndOf(chain)), newest);
        return chain;
    }

    private void SayGap(Txid reached, Txid newest)
    {
        if (reached < newest && !_saidGap)
            _logger.FollowGap(_options.OutputPath, reached, newest);
        _saidGap = reached < newest;
    }

    /// <summary>Whether each file begins where the one before ends, as far as they say so: else somebody began a new replica in the place of ours.</summary>
    private bool Continues(IReadOnlyList<ChainFile> files)
    {
        var (reached, post) = (Position, _postSum);
        foreach (var file in files)
        {
            if (file.File.MinTxid == reached.Next && post is { } left && file.Header.Proof?.Pre is { } found && left != found)
                return false;
            (reached, post) = (file.File.MaxTxid, file.Header.Proof?.Post);
        }
        return true;
    }

    private async Task<ChainReader> ReadImageAsync(CancellationToken cancellationToken)
    {
        var listed = await ReplicaListing.ReadAsync(_storage, cancellationToken).ConfigureAwait(false);
        var chain = ChainPlanner.Choose(listed, ChainTarget.Latest, _storage.Url);
        return await ChainReader.OpenAsync(_storage, chain, _options.Parallelism, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> TryApplyAsync(ReadReplica output, ChainReader reader, CancellationToken cancellationToken)
    {
        using var batch = new PageBatch(_options.OutputPath + ".next", output.PageSize);
        var before = new byte[output.PageSize];
        await reader.ReadPagesAsync((first, pages) => Collect(output, batch, before, first, pages), cancellationToken).ConfigureAwait(false);
        if (output.TryApply(batch, reader.Newest.Commit, reader.Newest.MaxTxid.Value, PatienceMs))
            return true;
        _logger.FollowWaits(_options.OutputPath, "a reader holds the database");
        return false;
    }

    /// <summary>Only what differs: a snapshot that bridges a gap is mostly what is there already.</summary>
    private static void Collect(ReadReplica output, PageBatch batch, byte[] before, uint firstPgno, ReadOnlySpan<byte> pages)
    {
        lock (batch)
        {
            for (var pgno = firstPgno; pages.Length > 0; pgno++, pages = pages[output.PageSize..])
            {
                if (!output.ReadPage(pgno, before) || !pages[..output.PageSize].SequenceEqual(before))
                    batch.Add(pgno, pages);
            }
        }
    }

    private void MoveTo(Txid txid, Action<Txid> moved)
    {
        new FollowPosition(_options.OutputPath).Write(txid);
        Position = txid;
        moved(txid);
    }

    private void FlushDirectory() => _ = PosixFile.FlushDirectory(Path.GetDirectoryName(_options.OutputPath)!);
}
