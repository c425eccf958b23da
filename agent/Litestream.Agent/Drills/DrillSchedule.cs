using Litestream.Agent.Api.Catalogue;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Agent.Drills;

/// <summary>
/// Drills the backups of this host one after the other, each within the interval (<see cref="DrillTurn"/>), without anyone asking. Between two turns it is one
/// timer; of a tenant whose turn it is not it knows the last drill, and asks nothing.
/// </summary>
/// <param name="stores">Whose databases.</param>
/// <param name="book">What is known of their drills.</param>
/// <param name="notes">Where verdicts go.</param>
/// <param name="interval">Each is proven within this.</param>
/// <param name="hostId">This host's.</param>
/// <param name="tell">A fleet, of what it has a table for; null: in none.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Of the commands.</param>
internal sealed class DrillSchedule(
    Stores stores, DrillBook book, DrillNotes notes, TimeSpan interval, string hostId, Func<ProofRecord, CancellationToken, Task>? tell, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>Tenants come meanwhile.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    /// <summary>A replica that answers so slowly says nothing.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromHours(6);

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public TimeSpan Interval => interval;

    public void Start() => _running = Task.Run(() => RunAsync(time.GetUtcNow(), _stop.Token));

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RunAsync(DateTimeOffset startedAt, CancellationToken stop)
    {
        var last = book.LastAt;
        while (!stop.IsCancellationRequested)
        {
            var pause = LongestPause < interval / 2 ? LongestPause : interval / 2;
            var now = time.GetUtcNow();
            if (DrillTurn.Next([.. Backups()], interval, last, startedAt, now) is { } turn)
            {
                var until = turn.At - now;
                if (until <= TimeSpan.Zero && TenantIds.Find(stores, turn.Tenant) is { } database)
                {
                    last = turn.IsAgain ? last : now;
                    await DrillAsync(database, turn.Tenant, stop);
                    continue;
                }
                pause = until > TimeSpan.Zero && until < pause ? until : pause;
            }
            await Task.Delay(pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What can be restored, and is this host's: what another has taken that one drills.</summary>
    private IEnumerable<(Guid Tenant, DrillState? Known)> Backups()
    {
        foreach (var database in stores.Databases)
        {
            var now = database.Snapshot();
            if (now.ReplicatedTxid.IsNone || now.IsReleased || now.Status is DatabaseStatus.Lost or DatabaseStatus.SplitBrain)
                continue;
            var tenant = TenantIds.Of(database.Name);
            yield return (tenant, book.Find(tenant));
        }
    }

    private async Task DrillAsync(Database database, Guid tenant, CancellationToken stop)
    {
        var begun = new ProofRecord { Tenant = tenant, At = ItemTime.Rounded(time.GetUtcNow()), Verdict = ProofVerdicts.Inconclusive, By = hostId };
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            var from = database.FurthestStorage;
            var record = await database.DrillFromAsync(from, new(), progress: null, either.Token);
            await ToldAsync(await notes.TellAsync(begun, database, from, record, either.Token), database, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // It was not tried, and left nothing: its turn comes again.
        }
        catch (Exception error)
        {
            // An edge: one drill, whatever it met, says nothing of the backup, and the others have their turns.
            logger.DrillInconclusive(database.Name, error.Message);
            await ToldAsync(notes.TellNothing(begun, error.Message), database, stop);
        }
    }

    /// <summary>Only tenants are known to a fleet.</summary>
    private async Task ToldAsync(ProofRecord proof, Database database, CancellationToken stop)
    {
        if (tell is not null && !TenantIds.IsMade(database.Name, proof.Tenant))
            await tell(proof, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
