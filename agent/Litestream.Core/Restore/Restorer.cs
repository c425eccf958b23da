using Litestream.Storage;
using Microsoft.Extensions.Logging;

namespace Litestream.Restore;

/// <summary>The way back: plan, fetch, apply, prove. One instance may run several restores, to different outputs, at a time.</summary>
public sealed class Restorer
{
    /// <summary>Retention may delete a planned file while we read. Each new plan sees a newer replica, so a few are plenty.</summary>
    private const int MaxPlans = 5;

    /// <summary>More than one damaged file is no accident any more; each costs a new plan.</summary>
    private const int MaxDamaged = 10;

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
    public Task<RestorePlan> PlanAsync(RestoreOptions options, CancellationToken cancellationToken)
    {
        options.Check();
        return PlanAsync(options, new(options.Txid, options.Timestamp), [], cancellationToken);
    }

    /// <summary>Restores to <see cref="RestoreOptions.OutputPath"/>: all or nothing. Throws <see cref="LitestreamException"/>.</summary>
    /// <param name="options">What, and where to.</param>
    /// <param name="progress">Told after each run of pages, from one thread at a time.</param>
    /// <param name="cancellationToken">Ends it; what was written stays for the next run, if it is much.</param>
    public async Task<RestoreResult> RunAsync(RestoreOptions options, IProgress<RestoreProgress>? progress, CancellationToken cancellationToken)
    {
        options.Check();
        var destination = Destination.Of(options);
        if (!options.IsSeed)
            destination.RefuseWhatStands(); // before anything is fetched; looked at again when the output gets its name
        var started = _time.GetTimestamp();
        var target = new ChainTarget(options.Txid, options.Timestamp);
        var damage = new List<DamagedFileException>();
        for (var attempt = 1; ; attempt++)
        {
            var plan = await PlanAsync(options, target, damage, cancellationToken).ConfigureAwait(false);
            try
            {
                var result = await RestoreAsync(plan, destination, options, progress, cancellationToken).ConfigureAwait(false);
                result = result with { Duration = _time.GetElapsedTime(started), Damage = [.. damage.Select(d => d.Message)] };
                _logger.Restored(options.OutputPath, result.Txid, result.SizeBytes, result.FileCount, result.Proof, result.Duration.TotalMilliseconds);
                return result;
            }
            catch (StorageException e) when (e.IsMissing && attempt < MaxPlans)
            {
                _logger.PlanningAgain(e.Message, attempt + 1, MaxPlans);
            }
            catch (DamagedFileException e) when (damage.Count < MaxDamaged)
            {
                // Levels overlap: other files may hold the same. Another state than the one asked for would be worse than none.
                damage.Add(e);
                target = new(plan.Txid, null);
                _logger.PlanningAround(e.Message);
            }
        }
    }

    private async Task<RestorePlan> PlanAsync(
        RestoreOptions options, ChainTarget target, List<DamagedFileException> damage, CancellationToken cancellationToken)
    {
        var listed = await ReplicaListing.ReadAsync(_storage, cancellationToken).ConfigureAwait(false);
        if (listed.Count > 0 && options.Timestamp is { } time)
        {
            if (time > _time.GetUtcNow())
                throw new Unrestorable(listed, _storage.Url).InTheFuture(time);
            listed = await ReplicaListing.WithExactTimesAsync(_storage, listed, cancellationToken).ConfigureAwait(false);
        }
        var whole = damage.Count == 0 ? listed : [.. listed.ExceptBy(damage.Select(d => d.File), file => file)];
        try
        {
            return new(ChainPlanner.Choose(whole, target, _storage.Url), listed.MaxBy(f => f.MaxTxid));
        }
        catch (LitestreamException e) when (damage.Count > 0)
        {
            var nearest = ChainPlanner.LongestReach(whole.Where(target.Allows));
            throw new DamagedReplicaException(damage[^1].Message, e, nearest.Count == 0
                ? "no other file holds these transactions, and no earlier point is whole"
                : $"no other file holds these transactions; the nearest point before is {nearest[^1].MaxTxid}: restore it with -txid");
        }
    }

    private async Task<RestoreResult> RestoreAsync(
        RestorePlan plan, Destination destination, RestoreOptions options, IProgress<RestoreProgress>? progress, CancellationToken cancellationToken)
    {
        // Fetch: only the page indexes yet, which say where the newest frame of each page lies.
        var chain = await ChainReader.OpenAsync(_storage, plan.Files, options.Parallelism, cancellationToken).ConfigureAwait(false);
        using var output = RestoreOutput.Create(destination, chain.Newest.PageSize, chain.Newest.Commit, options.Seeded);
        try
        {
            var resumed = output.GoOn(chain, _storage.Url);
            if (resumed > 0)
                _logger.GoesOn(output.PartName, resumed, chain.PageCount);

            // Apply: frames come in ranges, several at a time, and go to their place in the file at once.
            await ApplyAsync(chain, output, progress, cancellationToken).ConfigureAwait(false);

            // Prove, while it has a temporary name and nobody can take it for a database.
            var proof = await RestoreProof.ProveAsync(chain, output, cancellationToken).ConfigureAwait(false);
            SqliteCheck.Run(output.PartPath, options.IntegrityCheck);

            if (options.AsReadReplica)
                output.MakeReadReplica(plan.Txid);

            if (options.IsSeed)
            {
                output.Flush();
                throw new SeededException();
            }
            // Name: from here on it is the database.
            var pages = output.Pages();
            options.BeforeNaming?.Invoke(pages);
            output.Publish(_time.GetUtcNow(), _logger);
            return new(plan.Txid, chain.Newest.Timestamp, output.SizeBytes, plan.Files.Count, proof, TimeSpan.Zero)
            {
                BytesRead = chain.BytesRead,
                PostSum = chain.Newest.Proof?.Post,
                Pages = pages,
                BytesResumed = resumed * chain.Newest.PageSize,
            };
        }
        catch (Exception e) when (LeavesPagesGood(e))
        {
            if (output.Keep() && e is not DamagedFileException)
                _logger.Kept(output.PartName, output.SizeBytes);
            throw;
        }
        catch
        {
            output.Discard();
            throw;
        }
    }

    private Task ApplyAsync(ChainReader chain, RestoreOutput output, IProgress<RestoreProgress>? progress, CancellationToken cancellationToken)
    {
        var sources = chain.Files.ToDictionary(f => f, f => PartJournal.IdentityOf(_storage.Url, f.File));
        return chain.ReadPagesAsync(
            (firstPgno, pages) =>
            {
                output.Write(sources[chain.NewestOf(firstPgno)!], firstPgno, pages);
                Report(progress, chain, output);
            },
            cancellationToken);
    }

    /// <summary>Cut short, or one file of several is bad: the pages written so far are as good as they were.</summary>
    private static bool LeavesPagesGood(Exception error) =>
        error is OperationCanceledException or DamagedFileException or StorageException { Fault: StorageFault.Transient or StorageFault.Missing };

    private static void Report(IProgress<RestoreProgress>? progress, ChainReader chain, RestoreOutput output)
    {
        if (progress is null)
            return;
        lock (output) // so that the numbers a listener sees only grow
            progress.Report(new(output.PagesWritten, chain.PageCount, chain.BytesRead));
    }
}
