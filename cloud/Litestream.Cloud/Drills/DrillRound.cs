using System.Collections.Concurrent;
using Litestream.Cloud.Configuration;
using Litestream.Cloud.Replicas;
using Litestream.DynamoDb;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Cloud.Drills;

/// <summary>
/// What the worker does when its time comes: the slices that are due, a few at the same time, each claimed before anything is done there. Ends when none is left
/// or its time is over; whatever it does not come to is due for the next round, of this worker or another.
/// </summary>
internal sealed class DrillRound(CloudContext context, ReplicaShelf replicas, WorkerOptions options)
{
    /// <summary>What is claimed in less is let go at once.</summary>
    private static readonly TimeSpan LeastTime = TimeSpan.FromSeconds(5);

    /// <summary>So long before the end everything is let go: what lies in scratch goes, cursors are written.</summary>
    private static readonly TimeSpan LettingGo = TimeSpan.FromSeconds(10);

    private readonly SliceVisit _visit = new(context, replicas, options);

    /// <param name="deadline">By then it has returned.</param>
    /// <param name="stop">Ends it as the deadline does.</param>
    public async Task<RoundReport> RunAsync(DateTimeOffset deadline, CancellationToken stop)
    {
        using var scratch = TakeScratch();
        var left = deadline - LettingGo - context.Time.GetUtcNow();
        if (left < LeastTime)
            return new() { IsCut = true };
        using var end = new CancellationTokenSource(left, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, stop);
        var report = new RoundReport();
        try
        {
            var due = new ConcurrentQueue<SliceRecord>(SliceChoice.Due(await SlicesAsync(context, either.Token), options.VisitEvery, context.Time.GetUtcNow(), Random.Shared.Next(FleetKeys.Slices)));
            await Parallel.ForAsync(0, options.Lanes, CancellationToken.None, async (_, _) =>
            {
                while (!either.IsCancellationRequested && due.TryDequeue(out var slice))
                {
                    var visited = await VisitAsync(slice, either.Token);
                    lock (due)
                        report += visited;
                }
            });
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            report = report with { IsCut = true };
        }
        if (report != new RoundReport())
            context.Log.RoundEnded(report.Slices, report.Tenants, report.Passed, report.Failed, report.Inconclusive, report.Asked, report.Behind);
        return report;
    }

    public static async Task<IReadOnlyList<SliceRecord>> SlicesAsync(CloudContext context, CancellationToken stop)
    {
        var slices = new List<SliceRecord>();
        Item? next = null;
        do
        {
            (var items, next) = await context.Reads.QueryAsync(ItemQuery.Slices(), FleetKeys.Slices, next, stop);
            slices.AddRange(context.Reads.Readable(items, SliceItem.Read));
        }
        while (next is not null);
        return slices;
    }

    /// <summary>A slice that fails is due again; the others are visited.</summary>
    private async Task<RoundReport> VisitAsync(SliceRecord slice, CancellationToken stop)
    {
        try
        {
            await using var claim = await SliceClaim.TryAsync(context, slice, options.Name, stop);
            return claim is null ? new() : await _visit.RunAsync(claim, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return new() { IsCut = true };
        }
        catch (FleetTableException failed)
        {
            context.Log.VisitFailed(slice.Key.Sort, failed.Message);
            return new() { IsCut = true };
        }
        catch (Exception error)
        {
            context.Log.RoundFailed(error); // whatever it is, it is of this slice
            return new() { IsCut = true };
        }
    }

    /// <summary>Null where nothing can be written: then no drill says anything of a backup, and each says why.</summary>
    private ScratchFolder? TakeScratch()
    {
        try
        {
            return ScratchFolder.Take(options);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or LitestreamException)
        {
            context.Log.NoScratch(options.Scratch, error.Message);
            return null;
        }
    }
}
