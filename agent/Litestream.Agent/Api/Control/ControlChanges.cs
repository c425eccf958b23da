using System.Globalization;
using Litestream.Agent.Api.Catalogue;
using Litestream.Agent.Configuration;
using Litestream.DynamoDb;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Restore;

namespace Litestream.Agent.Api.Control;

/// <summary>What the control socket changes: start, stop, register, unregister, sync. A database that is stopped stays so until it is started, also over a restart.</summary>
internal sealed class ControlChanges(AgentView agent)
{
    public async Task<StateAnswer> StartAsync(ControlRequest request, CancellationToken stop)
    {
        var database = Known(request, StatusCodes.Status500InternalServerError);
        var before = database.Snapshot();
        if (request.TakeOver && (before.IsReleased || before.Replicas.Any(r => r.IsFenced || r.Reason == DatabaseReason.RecentForeignWriter)))
        {
            await InTimeAsync(request, $"{database.Path} is being taken over, and is not in its replica yet", async limit => await database.TakeOverAsync(await EpochAsync(database, limit), limit), stop);
            return new("taken_over", database.Path, database.Snapshot().Txid.Value);
        }
        if (before.Replicas.All(r => r.IsFenced))
            throw new ControlException(StatusCodes.Status500InternalServerError, before.Replicas[0].Detail ?? $"{database.Path} is fenced",
                "when the other writer is stopped for good: litestream start -take-over");
        if (before.IsReleased)
            throw new ControlException(StatusCodes.Status500InternalServerError, $"{database.Path} was given up by this host, and may be another's by now", "to have it back: litestream start -take-over");
        return Resumed(database, before);
    }

    /// <summary>A person wants it: in a fleet its table hears of that first. One that is away keeps nobody from it, and hears of it later; the replica is what fences.</summary>
    private async Task<uint> EpochAsync(Database database, CancellationToken cancellationToken)
    {
        if (agent.Ownership is not { } ownership || !Guid.TryParseExact(database.Name, "d", out var tenant))
            return 0;
        try
        {
            return (uint)(await ownership.TakeAsync(tenant, database.Path, expected: null, isWanted: true, cancellationToken)).Epoch;
        }
        catch (FleetTableException)
        {
            return 0;
        }
    }

    public async Task<StateAnswer> StopAsync(ControlRequest request, CancellationToken stop)
    {
        var database = Known(request, StatusCodes.Status500InternalServerError);
        var before = database.Snapshot();
        if (before.IsPaused)
            return new("already_stopped", database.Path, before.Txid.Value);
        try
        {
            await InTimeAsync(request, $"{database.Path} is stopped, but its last commits are not in the replica yet", database.StopAsync, stop);
        }
        catch (LitestreamException) when (before.Txid.IsNone)
        {
            // There was nothing to capture: an empty file, no file, no database.
        }
        return new("stopped", database.Path, database.Snapshot().Txid.Value);
    }

    public async Task<RegisteredAnswer> RegisterAsync(ControlRequest request, CancellationToken stop)
    {
        var known = ControlLookup.Find(agent.Stores, request.Path);
        if (known is not null)
            return new("already_registered", known.Path);
        if (!Path.IsPathRooted(request.Path))
            throw ControlException.BadRequest("invalid path", "path is absolute");
        var path = Path.GetFullPath(request.Path);
        if (string.IsNullOrWhiteSpace(request.ReplicaUrl))
            return Again(path);
        try
        {
            return new(await agent.Registered.RegisterAsync(path, request.ReplicaUrl, stop) ? "registered" : "already_registered", path);
        }
        catch (LitestreamException error)
        {
            throw ControlException.BadRequest(error.Message, error.Hint);
        }
    }

    public async Task<StateAnswer> UnregisterAsync(ControlRequest request, CancellationToken stop)
    {
        if (ControlLookup.Find(agent.Stores, request.Path) is not { } database)
            return new(await agent.Registered.TryForgetAsync(request.Path!, stop) ? "unregistered" : "already_unregistered", request.Path!, 0);
        await InTimeAsync(request, $"{database.Path} is being let go, but its last commits are not in the replica yet", async limit =>
            await agent.Registered.UnregisterAsync(database, limit), stop);
        return new("unregistered", database.Path, database.Snapshot().Txid.Value);
    }

    public async Task<SyncAnswer> SyncAsync(ControlRequest request, CancellationToken stop)
    {
        var database = Known(request, StatusCodes.Status404NotFound);
        var before = database.Snapshot();
        if (before.IsPaused)
            throw new ControlException(StatusCodes.Status409Conflict, $"{database.Path} is stopped", "`litestream start` ends that");
        var what = request.Wait ? "what was committed is not in the replica" : "what was committed is not captured";
        try
        {
            await InTimeAsync(request, $"{database.Path}: {what}", request.Wait ? database.SyncAsync : database.CaptureAsync, stop);
        }
        catch (LitestreamException error)
        {
            throw new ControlException(StatusCodes.Status409Conflict, error.Message, database.Snapshot().Detail);
        }
        var after = database.Snapshot();
        var isReplicated = after.ReplicatedTxid >= after.Txid;
        var status = !isReplicated ? "synced_local" : after.Txid == before.Txid && before.ReplicatedTxid == after.ReplicatedTxid ? "no_change" : "synced";
        return new(status, database.Path, after.Txid.Value, after.ReplicatedTxid.Value);
    }

    /// <summary>Changes no database, and leaves what every drill does; whoever hangs up ends it.</summary>
    public async Task<DrillAnswer> DrillAsync(ControlRequest request, CancellationToken stop)
    {
        var database = Known(request, StatusCodes.Status404NotFound);
        var from = database.FurthestStorage;
        var record = await database.DrillFromAsync(from, new() { IntegrityCheck = request.IntegrityCheck(IntegrityCheck.Quick) }, null, stop);
        var begun = new ProofRecord { Tenant = TenantIds.Of(database.Name), At = ItemTime.Rounded(record.At), Verdict = ProofVerdicts.Inconclusive, By = agent.HostId };
        await agent.DrillNotes.TellAsync(begun, database, from, record, stop);
        return DrillAnswer.Of(database.Path, record);
    }

    private static StateAnswer Resumed(Database database, DatabaseSnapshot before)
    {
        if (before.IsPaused)
            database.Resume();
        return new(before.IsPaused ? "started" : "already_running", database.Path, before.Txid.Value);
    }

    /// <summary>Without a replica only what a person let go comes back, to where it went.</summary>
    private RegisteredAnswer Again(string path)
    {
        path = SingleDatabase.Target(path);
        if (!agent.Registration.Remember(path))
            throw ControlException.BadRequest("replica_url required", "file:///folder or s3://bucket/path: where its replica goes");
        agent.Registration.ConsiderAgain(path);
        if (ControlLookup.Find(agent.Stores, path) is { } database && database.Snapshot().IsPaused)
            database.Resume();
        return new("registered", path);
    }

    private Database Known(ControlRequest request, int otherwise) => ControlLookup.Find(agent.Stores, request.Path) ?? throw ControlException.Unknown(request.Path!, otherwise);

    private async Task InTimeAsync(ControlRequest request, string otherwise, Func<CancellationToken, Task> work, CancellationToken stop)
    {
        var seconds = request.Timeout is > 0 and var given ? Math.Min(given, ControlRequest.MostSeconds) : ControlRequest.UsualSeconds;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds), agent.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            await work(either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new ControlException(StatusCodes.Status500InternalServerError, string.Create(CultureInfo.InvariantCulture, $"{otherwise} after {seconds} s"), "it goes on; `litestream status` says what it waits for");
        }
    }
}
