using Litestream.Ltx;
using Litestream.Sqlite;
using Litestream.Storage;
using Microsoft.Extensions.Logging;

namespace Litestream.Restore.Generations;

/// <summary>
/// Restores what Litestream v0.3 wrote: <c>generations/&lt;id&gt;/snapshots</c> and <c>/wal</c>. Every file is read twice, first to learn
/// which WAL frame is the last committed one of each page, so that every page is written once and nothing uncommitted at all.
/// </summary>
internal sealed class GenerationRestorer
{
    private readonly IPlainFiles _files;
    private readonly string _replica;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <param name="root">Where the replica is.</param>
    /// <param name="path">Its path there: it holds <c>generations/</c>.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Log.</param>
    public GenerationRestorer(ReplicaRoot root, string path, TimeProvider time, ILogger logger)
    {
        (_files, _replica) = (root.OpenPlain(path), root.UrlOf(path));
        _time = time;
        _logger = logger;
    }

    /// <summary>When the newest file that a restore would use was written; null when v0.3 left nothing here (up to then).</summary>
    public async Task<DateTimeOffset?> NewestUpToAsync(DateTimeOffset? time, CancellationToken cancellationToken)
    {
        var listed = (await GenerationPlan.ListAsync(_files, cancellationToken).ConfigureAwait(false)).FindAll(f => time is not { } limit || f.CreatedAt <= limit);
        return listed.Any(f => f.Offset is null) ? listed.Max(f => f.CreatedAt) : null;
    }

    /// <summary>As <see cref="Restorer.RunAsync"/>. There are no transactions to choose by.</summary>
    public async Task<RestoreResult> RunAsync(RestoreOptions options, CancellationToken cancellationToken)
    {
        options.Check();
        if (options.Txid is not null)
            throw new LitestreamException($"{_replica} was written by Litestream v0.3, which counted no transactions", hint: "choose the moment with -timestamp");
        var destination = Destination.Of(options);
        destination.RefuseWhatStands();
        var plan = GenerationPlan.Choose(await GenerationPlan.ListAsync(_files, cancellationToken).ConfigureAwait(false), options.Timestamp, _replica);
        return await Task.Run(() => RunAsync(plan, destination, cancellationToken), cancellationToken).ConfigureAwait(false); // decoders read synchronously
    }

    private async Task<RestoreResult> RunAsync(GenerationPlan plan, Destination destination, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        try
        {
            var frames = await NewestFrames.ReadAsync(_files, plan.Wals, cancellationToken).ConfigureAwait(false);
            using var snapshot = await SnapshotPages.OpenAsync(_files, plan.Snapshot, cancellationToken).ConfigureAwait(false);
            if (frames.PageSize is { } walPageSize && walPageSize != snapshot.PageSize)
                throw new LtxFormatException(plan.Snapshot.Path, 16, $"pages of {walPageSize} bytes as in its WAL", $"{snapshot.PageSize}");
            var commit = frames.Commit ?? await snapshot.CountPagesAsync(cancellationToken).ConfigureAwait(false);

            using var output = RestoreOutput.Create(destination, snapshot.PageSize, commit);
            try
            {
                await ApplyAsync(plan, frames, commit, snapshot, output, cancellationToken).ConfigureAwait(false);
                SqliteCheck.Run(output.PartPath, IntegrityCheck.Full); // there is no sum to compare with
                output.Publish(_time.GetUtcNow(), _logger);
            }
            catch
            {
                output.Discard();
                throw;
            }
            return new(Txid.None, plan.CreatedAt, output.SizeBytes, plan.FileCount, ProofKind.FileChecksums, _time.GetElapsedTime(started));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LitestreamException($"restore {_replica}: {e.Message}", e);
        }
    }

    private async Task ApplyAsync(
        GenerationPlan plan, NewestFrames frames, uint commit, SnapshotPages snapshot, RestoreOutput output, CancellationToken cancellationToken)
    {
        var page = new byte[snapshot.PageSize];
        for (var pgno = 1u; snapshot.TryRead(page); pgno++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (pgno <= commit && !frames.Holds(pgno))
                output.Write(0, pgno, page);
        }
        for (var wal = 0; wal < plan.Wals.Count; wal++)
        {
            using var reader = await WalFrames.OpenAsync(_files, plan.Wals[wal], cancellationToken).ConfigureAwait(false);
            for (var number = 1u; await reader.ReadAsync(cancellationToken).ConfigureAwait(false) is { } frame; number++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (frame.Pgno <= commit && frames.IsNewest(frame.Pgno, wal, number))
                    output.Write(0, frame.Pgno, reader.Page);
            }
        }
    }
}
