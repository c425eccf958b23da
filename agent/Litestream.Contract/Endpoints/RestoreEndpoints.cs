using Litestream.Contract;
using Litestream.Contract.Access;
using Litestream.Contract.Changes;
using Litestream.Contract.Jobs;
using Litestream.Contract.Restores;
using Litestream.Contract.Views;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Http;

namespace Litestream.Contract.Endpoints;

/// <summary><c>/api/restores</c>: asking for a state of one tenant or of many, seeing how it goes, calling it back, undoing it. Only items are written here; agents do the work.</summary>
internal sealed class RestoreEndpoints(ContractContext context, ChangeRequests changes, AuditTrail audit)
{
    private const string Action = "restore";

    private readonly CommandJobs _jobs = new(context, JobKinds.Restore);
    private readonly JobSteps _steps = new(context, changes, audit, JobKinds.Restore);

    public static void Map(IEndpointRouteBuilder routes, ContractContext context, ChangeRequests changes, AuditTrail audit)
    {
        var restores = new RestoreEndpoints(context, changes, audit);
        routes.MapPost("/api/restores", (HttpContext http, CancellationToken stop) => audit.WatchAsync(http, Action, "restores", () => restores.PostAsync(http, stop))).Needs(ScopeWords.Restore);
        routes.MapGet("/api/restores", (HttpRequest request, CancellationToken stop) => restores.ListAsync(request, stop)).Needs(ScopeWords.Read);
        routes.MapGet("/api/restores/{id}", (HttpRequest request, string id, CancellationToken stop) => restores.GetAsync(request, id, stop)).Needs(ScopeWords.Read);
        routes.MapPost("/api/restores/{id}/cancel", (HttpContext http, string id, CancellationToken stop) => audit.WatchAsync(http, "restore.cancel", id, () => restores._steps.CancelAsync(http, id, stop)))
            .Needs(ScopeWords.Restore);
        routes.MapPost("/api/restores/{id}/undo", (HttpContext http, string id, CancellationToken stop) => audit.WatchAsync(http, "restore.undo", id, () => restores.UndoAsync(http, id, stop)))
            .Needs(ScopeWords.Restore);
    }

    private async Task<IResult> PostAsync(HttpContext http, CancellationToken stop)
    {
        var (change, request) = await changes.ReadAsync(http, FleetJson.Default.RestoreRequest, stop);
        var wish = RestoreWish.Read(request, context.Time.GetUtcNow());
        if (change.IsRepeated && !request.DryRun && await _jobs.FindAsync(change.Target, stop) is { } known)
            return await GoOnAsync(change, known, wish, stop);
        var tenants = await context.Catalogue.FindRestorableAsync(wish.NewTenant is { } fork ? [.. wish.Tenants, fork] : wish.Tenants, stop);
        var hosts = await context.Catalogue.FindHostsAsync(wish.Host is { } one ? [one] : tenants.Values.Select(t => t.HostId).OfType<string>(), stop);
        var steps = await WaitingRestores.MarkAsync(context, RestorePlanner.Plan(wish, tenants, hosts, context.Time.GetUtcNow()), stop);
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].Code is null && await context.FindRefusal(steps[i], stop) is var (code, why))
                steps[i] = steps[i] with { Code = code, Detail = why };
        }
        if (request.DryRun)
            return await PlanAsync(wish, steps, tenants, stop);
        if (steps.FirstOrDefault(s => s.Code is not null) is { } refused)
            throw new ProblemException(ContractProblems.OfStep(JobKinds.Restore, refused, steps.Count(s => s.Code is not null), steps.Count));
        change = await changes.BeginAsync(change, stop);
        var job = _jobs.Of(change, steps.Select(s => s.HostId!), steps.Count);
        var commands = steps.Select((step, i) => _jobs.CommandOf(job, i, step.TenantId, step.HostId!, RestorePlanner.Arguments(wish, step, tenants.GetValueOrDefault(step.TenantId)), wish.Life)).ToList();
        await audit.BeginAsync(change, Action, TargetOf(job, commands), AuditText.Of(wish.Tenants.Select(tenants.GetValueOrDefault).OfType<TenantRecord>()), AuditText.Of(job, commands), stop);
        await _jobs.PutAsync(job, commands, stop);
        return await AcceptedAsync(change, job, job, commands);
    }

    private async Task<IResult> PlanAsync(RestoreWish wish, List<RestorePlanStep> steps, IReadOnlyDictionary<Guid, TenantRecord> tenants, CancellationToken stop)
    {
        var measured = context.ReadCoverage(stop);
        steps = RestoreEstimate.Add(await RestorePreview.AddAsync(context.OpenReplica, wish, steps, stop), tenants, await measured);
        return TypedResults.Json(new RestorePlan { Items = steps, Total = steps.Count, Refused = steps.Count(s => s.Code is not null) }, FleetJson.Default.RestorePlan);
    }

    /// <summary>
    /// What was asked for before and stands as a job is answered, whatever became of its hosts and tenants since. Commands that the first try did not come to
    /// are put, unless somebody called the job back, or it is told by now as one that lacks them.
    /// </summary>
    private async Task<IResult> GoOnAsync(Change change, JobRecord asked, RestoreWish wish, CancellationToken stop)
    {
        var (job, commands) = await _jobs.LookAsync(asked, stop);
        if (commands.Count < job.Total && job is { State: JobStates.Running, Failed: 0 } && commands.All(c => c.State != CommandStates.Cancelled && c.CancelRequestedAt is null))
        {
            var tenants = await context.Catalogue.FindRestorableAsync(wish.Tenants, stop);
            var hosts = await context.Catalogue.FindHostsAsync(CommandJobs.HostsOf(job), stop);
            var steps = RestorePlanner.Plan(wish, tenants, hosts, context.Time.GetUtcNow());
            var missing = steps.Select((step, i) => (Step: step, Index: i))
                .Where(s => s.Step.Code is null && CommandJobs.HostsOf(job).Contains(s.Step.HostId) && commands.All(c => c.Id != CommandJobs.CommandId(job.Id, s.Index)))
                .Select(s => _jobs.CommandOf(job, s.Index, s.Step.TenantId, s.Step.HostId!, RestorePlanner.Arguments(wish, s.Step, tenants.GetValueOrDefault(s.Step.TenantId)), wish.Life)).ToList();
            await CommandPut.RunAsync(context.Table, missing, stop);
        }
        await CommandPut.AnnounceAsync(context.Table, commands.Where(c => c.State == CommandStates.Requested).Select(c => c.HostId), stop);
        (job, commands) = await _jobs.LookAsync(asked, stop);
        return await AcceptedAsync(change, asked, job, commands);
    }

    private static string TargetOf(JobRecord asked, IReadOnlyList<CommandRecord> commands) => commands is [var only] && asked.Total == 1 ? FleetKeys.TextOf(only.Tenant) : $"{asked.Total} tenants";

    private async Task<IResult> AcceptedAsync(Change change, JobRecord asked, JobRecord now, IReadOnlyList<CommandRecord> commands)
    {
        await audit.DoneAsync(change, Action, TargetOf(asked, commands), AuditText.Of(asked, commands));
        return new Accepted<FleetJob>($"/api/restores/{asked.Id}", CommandView.Of(now, commands), FleetJson.Default.FleetJob);
    }

    private async Task<IResult> ListAsync(HttpRequest request, CancellationToken stop)
    {
        var (jobs, next) = await _steps.ListAsync(request.Query, stop);
        return new ReadAnswer<FleetJobList>(new(jobs, next), FleetJson.Default.FleetJobList);
    }

    private async Task<IResult> GetAsync(HttpRequest request, string id, CancellationToken stop)
    {
        QueryText.Know(request.Query);
        var (job, commands) = await _steps.LookAsync(id, stop);
        return new ReadAnswer<FleetJob>(CommandView.Of(job, commands), FleetJson.Default.FleetJob);
    }

    private async Task<IResult> UndoAsync(HttpContext http, string id, CancellationToken stop)
    {
        var (change, _) = await changes.ReadAsync(http, FleetJson.Default.EmptyRequest, stop);
        // What the first try did not come to stays so: by now the tenants that it came to have another state to go back to. The job says what is missing.
        if (change.IsRepeated && await _jobs.FindAsync(change.Target, stop) is { } known && await _jobs.LookAsync(known, stop) is var looked)
        {
            await CommandPut.AnnounceAsync(context.Table, looked.Commands.Where(c => c.State == CommandStates.Requested).Select(c => c.HostId), stop);
            return await UndoneAsync(change, known, looked.Job, looked.Commands);
        }
        var (undone, commands) = await _steps.LookAsync(id, stop);
        var tenants = await context.Catalogue.FindTenantsAsync(commands.Select(c => c.Tenant), stop);
        var steps = Undoing.Of(commands, tenants, context.Time.GetUtcNow());
        if (steps.Count == 0)
            throw new ProblemException(ContractProblems.NothingToUndo(Undoing.WhyNot(undone, commands)));
        if ((await WaitingRestores.FindAsync(context, steps.Select(s => (s.Tenant, s.HostId)), stop)).Values.FirstOrDefault() is { } waiting)
            throw new ProblemException(ContractProblems.RestoreWaiting(WaitingRestores.TextOf(waiting)));
        change = await changes.BeginAsync(change, stop);
        var job = _jobs.Of(change, steps.Select(s => s.HostId), steps.Count) with { Undoes = undone.Id };
        var undoing = steps.Select((step, i) => _jobs.CommandOf(job, i, step.Tenant, step.HostId, new() { Txid = step.Txid, IfBusy = IfBusyWords.Wait, Undoes = step.Command }, AskedValues.LifeOf(null))).ToList();
        await audit.BeginAsync(change, "restore.undo", $"{undone.Id}", AuditText.Of(steps.Select(s => tenants[s.Tenant])), AuditText.Of(job, undoing), stop);
        await _jobs.PutAsync(job, undoing, stop);
        return await UndoneAsync(change, job, job, undoing);
    }

    private async Task<IResult> UndoneAsync(Change change, JobRecord asked, JobRecord now, IReadOnlyList<CommandRecord> commands)
    {
        await audit.DoneAsync(change, "restore.undo", $"{asked.Undoes}", AuditText.Of(asked, commands));
        return new Accepted<FleetJob>($"/api/restores/{asked.Id}", CommandView.Of(now, commands), FleetJson.Default.FleetJob);
    }
}
