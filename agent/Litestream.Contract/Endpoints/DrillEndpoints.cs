using Litestream.Contract.Access;
using Litestream.Contract.Changes;
using Litestream.Contract.Drills;
using Litestream.Contract.Jobs;
using Litestream.Contract.Views;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Http;

namespace Litestream.Contract.Endpoints;

/// <summary><c>/api/drills</c>: how much is proven; asking hosts to try backups now, seeing how that goes, calling it back. Only items are written here; agents do the work.</summary>
internal sealed class DrillEndpoints(ContractContext context, ChangeRequests changes, AuditTrail audit)
{
    private const string Action = "drill";

    private readonly CommandJobs _jobs = new(context, JobKinds.Drill);
    private readonly JobSteps _steps = new(context, changes, audit, JobKinds.Drill);

    public static void Map(IEndpointRouteBuilder routes, ContractContext context, ChangeRequests changes, AuditTrail audit)
    {
        var drills = new DrillEndpoints(context, changes, audit);
        routes.MapPost("/api/drills", (HttpContext http, CancellationToken stop) => audit.WatchAsync(http, Action, "drills", () => drills.PostAsync(http, stop))).Needs(ScopeWords.Admin);
        routes.MapGet("/api/drills", (HttpRequest request, CancellationToken stop) => drills.ListAsync(request, stop)).Needs(ScopeWords.Read);
        routes.MapGet("/api/drills/{id}", (HttpRequest request, string id, CancellationToken stop) => drills.GetAsync(request, id, stop)).Needs(ScopeWords.Read);
        routes.MapPost("/api/drills/{id}/cancel", (HttpContext http, string id, CancellationToken stop) => audit.WatchAsync(http, "drill.cancel", id, () => drills._steps.CancelAsync(http, id, stop)))
            .Needs(ScopeWords.Admin);
    }

    private async Task<IResult> PostAsync(HttpContext http, CancellationToken stop)
    {
        var (change, request) = await changes.ReadAsync(http, FleetJson.Default.DrillRequest, stop);
        var wish = DrillWish.Read(request);
        if (change.IsRepeated && !request.DryRun && await _jobs.FindAsync(change.Target, stop) is { } known)
            return await GoOnAsync(change, known, wish, stop);
        var (steps, tenants) = await PlanAsync(wish, stop);
        if (request.DryRun)
            return TypedResults.Json(new RestorePlan { Items = steps, Total = steps.Count, Refused = steps.Count(s => s.Code is not null) }, FleetJson.Default.RestorePlan);
        if (steps.FirstOrDefault(s => s.Code is not null) is { } refused)
            throw new ProblemException(ContractProblems.OfStep(JobKinds.Drill, refused, steps.Count(s => s.Code is not null), steps.Count));
        change = await changes.BeginAsync(change, stop);
        var job = _jobs.Of(change, steps.Select(s => s.HostId!), steps.Count);
        var commands = steps.Select((step, i) => _jobs.CommandOf(job, i, step.TenantId, step.HostId!, new(), wish.Life)).ToList();
        await audit.BeginAsync(change, Action, TargetOf(wish, job), AuditText.Of(tenants), AuditText.Of(job, commands), stop);
        await _jobs.PutAsync(job, commands, stop);
        return await AcceptedAsync(change, wish, job, job, commands);
    }

    /// <summary>
    /// What was asked for before and stands as a job is answered. Commands that the first try did not come to are put, unless somebody called the job back: those
    /// of tenants that have none, under the ids that are free. A host may have other tenants by now; as many as were asked for are drilled.
    /// </summary>
    private async Task<IResult> GoOnAsync(Change change, JobRecord asked, DrillWish wish, CancellationToken stop)
    {
        var (job, commands) = await _jobs.LookAsync(asked, stop);
        if (commands.Count < job.Total && job is { State: JobStates.Running, Failed: 0 } && commands.All(c => c.State != CommandStates.Cancelled && c.CancelRequestedAt is null))
        {
            var (steps, _) = await PlanAsync(wish, stop);
            var (begun, used) = (commands.Select(c => c.Tenant).ToHashSet(), commands.Select(c => c.Id).ToHashSet());
            var free = Enumerable.Range(0, job.Total).Where(i => !used.Contains(CommandJobs.CommandId(job.Id, i)));
            var missing = steps.Where(s => s.Code is null && CommandJobs.HostsOf(job).Contains(s.HostId) && !begun.Contains(s.TenantId))
                .Zip(free, (step, i) => _jobs.CommandOf(job, i, step.TenantId, step.HostId!, new(), wish.Life)).ToList();
            await CommandPut.RunAsync(context.Table, missing, stop);
        }
        await CommandPut.AnnounceAsync(context.Table, commands.Where(c => c.State == CommandStates.Requested).Select(c => c.HostId), stop);
        (job, commands) = await _jobs.LookAsync(asked, stop);
        return await AcceptedAsync(change, wish, asked, job, commands);
    }

    private async Task<(List<RestorePlanStep> Steps, IEnumerable<TenantRecord> Tenants)> PlanAsync(DrillWish wish, CancellationToken stop)
    {
        var wanted = wish.Tenants ?? await TenantsOfAsync(wish.Host!, stop);
        var tenants = await context.Catalogue.FindTenantsAsync(wanted, stop);
        var hosts = await context.Catalogue.FindHostsAsync(tenants.Values.Select(t => t.HostId).OfType<string>(), stop);
        // Of a host all that it has; what it had a moment ago and has no more is another's to drill.
        var those = wish.Host is null ? wanted : wanted.Where(id => tenants.GetValueOrDefault(id)?.HostId == wish.Host);
        return (DrillPlanner.Plan(those, tenants, hosts, context.Time.GetUtcNow()), tenants.Values);
    }

    private async Task<IReadOnlyList<Guid>> TenantsOfAsync(string host, CancellationToken stop)
    {
        var digest = await context.Catalogue.FindHostAsync(host, stop) ?? throw new ProblemException(ContractProblems.UnknownHost(host));
        if (LivenessWords.Of(digest, context.Time.GetUtcNow()) is var liveness and not (LivenessWords.Live or LivenessWords.Late))
            throw new ProblemException(ContractProblems.HostAway(host, liveness));
        return await context.Catalogue.TenantsOfAsync(host, DrillWish.MostTenants + 1, stop) switch
        {
            { Count: 0 } => throw new ProblemException(ContractProblems.BadArgument($"{host} has no tenants: there is nothing to drill")),
            { Count: > DrillWish.MostTenants } => throw new ProblemException(ContractProblems.HostHasTooMany(host, DrillWish.MostTenants)),
            var all => all,
        };
    }

    private async Task<IResult> AcceptedAsync(Change change, DrillWish wish, JobRecord asked, JobRecord now, IReadOnlyList<CommandRecord> commands)
    {
        await audit.DoneAsync(change, Action, TargetOf(wish, asked), AuditText.Of(asked, commands));
        return new Accepted<FleetJob>($"/api/drills/{asked.Id}", CommandView.Of(now, commands), FleetJson.Default.FleetJob);
    }

    private static string TargetOf(DrillWish wish, JobRecord job) => wish.Host ?? (wish.Tenants is [var only] ? FleetKeys.TextOf(only) : $"{job.Total} tenants");

    private async Task<IResult> ListAsync(HttpRequest request, CancellationToken stop)
    {
        var proven = context.ReadCoverage(stop);
        var (jobs, next) = await _steps.ListAsync(request.Query, stop);
        return new ReadAnswer<FleetDrills>(new(await proven, jobs, next), FleetJson.Default.FleetDrills);
    }

    private async Task<IResult> GetAsync(HttpRequest request, string id, CancellationToken stop)
    {
        QueryText.Know(request.Query, "cursor");
        var (job, commands) = await _steps.LookAsync(id, stop);
        return new ReadAnswer<FleetJob>(CommandView.Of(job, commands, QueryText.Text(request.Query, "cursor")), FleetJson.Default.FleetJob);
    }
}
