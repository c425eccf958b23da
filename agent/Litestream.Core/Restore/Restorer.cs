using Litestream.Storage;
using Microsoft.Extensions.Logging;

namespace Litestream.Restore;

/// <summary>The way back: plan, fetch, apply, prove. One instance may run several restores, to different outputs, at a time.</summary>
public sealed class Restorer
{
    /// <summary>Retention may delete a planned file while we read. Each new plan sees a newer replica, so a few are plenty.</summary>
    private const int MaxPlans = 5;

    private readonly IReplicaStorage _storage;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public Restorer(IReplicaStorage storage, TimeProvider time, ILogger logger)
    {
        _storage = storage;
        _time = time;
        _logger = logger;
    }

    /// <summary>
    /// Chooses the files; reads nothing of them. Throws <see cref="LitestreamException"/> that names the missing transactions, or which range can be
    /// restored; for a replica without any file it is a <see cref="StorageException"/> that <see cref="StorageException.IsMissing"/>.
    /// </summary>
    public async Task<RestorePlan> PlanAsync(RestoreOptions options, CancellationToken cancellationToken)
    {
        options.Check();
        var listed = await ReplicaListing.ReadAsync(_storage, cancellationToken).ConfigureAwait(false);
        if (listed.Count > 0 && options.Timestamp is { } time && time > _time.GetUtcNow())
            throw new Unrestorable(listed, _storage.Url).InTheFuture(time);
        return new(ChainPlanner.Choose(listed, new(options.Txid, options.Timestamp), _storage.Url));
    }

    /// <summary>Restores to <see cref="RestoreOptions.OutputPath"/>: all or nothing. Throws <see cref="LitestreamException"/>.</summary>
    /// <param name="options">What, and where to.</param>
    /// <param name="progress">Told after each run of pages, from one thread at a time.</param>
    /// <param name="cancellationToken">Ends it and removes what was written.</param>
    public async Task<RestoreResult> RunAsync(RestoreOptions options, IProgress<RestoreProgress>? progress, CancellationToken cancellationToken)
    {
        options.Check();
        RestoreOutput.RefuseExisting(options); // before anything is fetched; looked at again when the output gets its name
        var started = _time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            var plan = await PlanAsync(options, cancellationToken).ConfigureAwait(false);
            try
            {
                var result = await RestoreAsync(plan, options, progress, cancellationToken).ConfigureAwait(false);
                result = result with { Duration = _time.GetElapsedTime(started) };
                _logger.Restored(options.OutputPath, result.Txid, result.SizeBytes, result.FileCount, result.Proof, result.Duration.TotalMilliseconds);
                return result;
            }
            catch (StorageException e) when (e.IsMissing && attempt < MaxPlans)
            {
                _logger.PlanningAgain(e.Message, attempt + 1, MaxPlans);
            }
        }
    }

    private async Task<RestoreResult> RestoreAsync(
        RestorePlan plan, RestoreOptions options, IProgress<RestoreProgress>? progress, CancellationToken cancellationToken)
    {
        // Fetch: only the page indexes yet, which say where the newest frame of each page lies.
        var chain = await ChainReader.OpenAsync(_storage, plan.Files, options.Parallelism, cancellationToken).ConfigureAwait(false);
        using var output = RestoreOutput.Create(options.OutputPath, chain.Newest.PageSize, chain.Newest.Commit);

        // Apply: frames come in ranges, several at a time, and go to their place in the file at once.
        await chain.ReadPagesAsync(
            (firstPgno, pages) =>
            {
                output.Write(firstPgno, pages);
                Report(progress, chain, output);
            },
            cancellationToken).ConfigureAwait(false);

        // Prove, while it has a temporary name and nobody can take it for a database.
        var proof = await RestoreProof.ProveAsync(chain, output, cancellationToken).ConfigureAwait(false);
        SqliteCheck.Run(output.TemporaryPath, options.IntegrityCheck);

        // Name: from here on it is the database.
        output.Publish(options.Force, _time.GetUtcNow(), _logger);
        return new(plan.Txid, chain.Newest.Timestamp, output.SizeBytes, plan.Files.Count, proof, TimeSpan.Zero);
    }

    private static void Report(IProgress<RestoreProgress>? progress, ChainReader chain, RestoreOutput output)
    {
        if (progress is null)
            return;
        lock (output) // so that the numbers a listener sees only grow
            progress.Report(new(output.PagesWritten, chain.PageCount, chain.BytesRead));
    }
}
