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

    private readonly FollowPlanner _planner;
    private string _saidWaits = "";

    public Follower(IReplicaStorage storage, FollowOptions options, TimeProvider time, ILogger logger)
    {
        _storage = storage;
        _options = options with { OutputPath = Destination.FollowOwnLink(options.OutputPath) };
        _time = time;
        _logger = logger;
        _planner = new(storage, _options.OutputPath, _options.Parallelism, logger);
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
        using var batch = OpenBatch(output.PageSize);
        MoveTo(new FollowPosition(_options.OutputPath).Read(output.Stamp!.Value), moved);
        using var ticks = new PeriodicTimer(_options.Interval, _time);
        do
        {
            try
            {
                await CatchUpAsync(output, batch, moved, cancellationToken).ConfigureAwait(false);
            }
            catch (StorageException e) when (e.Fault is StorageFault.Transient or StorageFault.Missing)
            {
                SayWaits(e.Message); // compacted away under us, or the network: look again
            }
            catch (DamagedFileException e)
            {
                SayWaits(e.Message); // a merger of it, or a snapshot, may come
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
        _planner.Restored(result);
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

    /// <summary>Held as long as we run: a second follower of the same file would only be in the way of the first.</summary>
    private PageBatch OpenBatch(int pageSize)
    {
        var path = _options.OutputPath + ".next";
        try
        {
            return new(path, pageSize);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw e.HResult == PosixFile.WouldBlock
                ? new LitestreamException($"{_options.OutputPath}: another litestream restore -f keeps it current already", e, "stop that one, or choose another output")
                : new LitestreamException($"{_options.OutputPath}: create {path}: {e.Message}", e, "the folder of a read replica must be writable");
        }
    }

    private async Task CatchUpAsync(ReadReplica output, PageBatch batch, Action<Txid> moved, CancellationToken cancellationToken)
    {
        if (await _planner.NextAsync(Position, output.PageCount, cancellationToken).ConfigureAwait(false) is not { } reader)
            return;
        if (reader.Newest.PageSize != output.PageSize)
            throw new LitestreamException($"{_options.OutputPath}: the page size of the database has changed from {output.PageSize} to {reader.Newest.PageSize}",
                hint: "stop the readers and follow anew with -force");
        await reader.VerifyAsync(cancellationToken).ConfigureAwait(false); // before a reader sees any of it
        if (!await TryApplyAsync(output, batch, reader, cancellationToken).ConfigureAwait(false))
            return;
        _planner.Applied(reader);
        _saidWaits = "";
        MoveTo(reader.Newest.MaxTxid, moved);
    }

    private async Task<bool> TryApplyAsync(ReadReplica output, PageBatch batch, ChainReader reader, CancellationToken cancellationToken)
    {
        batch.Clear();
        var before = new byte[output.PageSize];
        await reader.ReadPagesAsync((first, pages) => batch.AddWhatDiffers(output, before, first, pages), cancellationToken).ConfigureAwait(false);
        if (output.TryApply(batch, reader.Newest.Commit, (uint)reader.Newest.MaxTxid.Value, PatienceMs))
            return true;
        SayWaits("a reader holds the database");
        return false;
    }

    /// <summary>Once for each reason, not with every look.</summary>
    private void SayWaits(string reason)
    {
        if (reason != _saidWaits)
            _logger.FollowWaits(_options.OutputPath, reason);
        _saidWaits = reason;
    }

    private void MoveTo(Txid txid, Action<Txid> moved)
    {
        new FollowPosition(_options.OutputPath).Write(txid);
        Position = txid;
        moved(txid);
    }

    private void FlushDirectory() => _ = PosixFile.FlushDirectory(Path.GetDirectoryName(_options.OutputPath)!);
}
