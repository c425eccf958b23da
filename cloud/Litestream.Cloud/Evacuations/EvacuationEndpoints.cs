using Litestream.Contract;
using Litestream.Contract.Access;
using Litestream.Contract.Changes;
using Litestream.Contract.Jobs;
using Litestream.Contract.Views;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Http;

namespace Litestream.Cloud.Evacuations;

/// <summary>
/// <c>/api/evacuations</c>: the tenants of a host that is gone come to others. Only items are written here: a job, and an <c>adopt</c> for each tenant; the hosts that are to have them do the
/// work, and the table decides for each whether it is still so.
/// </summary>
internal sealed class EvacuationEndpoints(ContractContext context, ChangeRequests changes, AuditTrail audit)
{
    private const string Action = "evacuation";

    private readonly CommandJobs _jobs = new(context, JobKinds.Evacuation, CommandKinds.Adopt);
    private readonly JobSteps _steps = new(context, changes, audit, JobKinds.Evacuation);

    public static void Map(IEndpointRouteBuilder routes, ContractContext context, ChangeRequests changes, AuditTrail audit)
    {
        var evacuations = new EvacuationEndpoints(context, changes, audit);
        routes.MapPost("/api/evacuations", (HttpContext http, CancellationToken stop) => audit.WatchAsync(http, Action, "evacuations", () => evacuations.PostAsync(http, stop))).Needs(ScopeWords.Admin);
        routes.MapGet("/api/evacuations", (HttpRequest request, CancellationToken stop) => evacuations.ListAsync(request, stop)).Needs(ScopeWords.Read);
        routes.MapGet("/api/evacuations/{id}", (HttpRequest request, string id, CancellationToken stop) => evacuations.GetAsync(request, id, stop)).Needs(ScopeWords.Read);
        routes.MapPost("/api/evacuations/{id}/cancel", (HttpContext http, string id, CancellationToken stop) =>
            audit.WatchAsync(http, "evacuation.cancel", id, () => evacuations._steps.CancelAsync(http, id, stop))).Needs(ScopeWords.Admin);
    }

    private async Task<IResult> PostAsync(HttpContext http, CancellationToken stop)
    {
        var (change, request) = await changes.ReadAsync(http, FleetJson.Default.EvacuationRequest, stop);
        var wish = EvacuationWish.Read(request);
        if (change.IsRepeated && !request.DryRun && await _jobs.FindAsync(change.Target, stop) is { } known)
            return await GoOnAsync(change, known, wish, stop);
        var (plan, tenants) = await PlanAsync(wish, stop);
        if (request.DryRun)
            return TypedResults.Json(plan, FleetJson.Default.EvacuationPlan);
        var steps = Doable(wish, plan);
        change = await changes.BeginAsync(change, stop);
        var job = _jobs.Of(change, steps.Select(s => s.ToHost!), steps.Count) with { FromHost = wish.From, MaxFailures = wish.MaxFailures };
        var commands = steps.Select((step, i) => CommandOf(job, i, step, wish)).ToList();
        await audit.BeginAsync(change, Action, wish.From, AuditText.Of(tenants), AuditText.Of(job, commands), stop);
        await _jobs.PutAsync(job, commands, stop);
        return await AcceptedAsync(change, wish, job, job, commands);
    }

    /// <summary>What was asked for before and stands as a job is answered; tenants to which the first try did not come get their commands, under the ids that are free.</summary>
    private async Task<IResult> GoOnAsync(Change change, JobRecord asked, EvacuationWish wish, CancellationToken stop)
    {
        var (job, commands) = await _jobs.LookAsync(asked, stop);
        if (commands.Count < job.Total && job is { State: JobStates.Running, Failed: 0 } && commands.All(c => c.State != CommandStates.Cancelled && c.CancelRequestedAt is null))
        {
            var (plan, _) = await PlanAsync(wish, stop);
            var (begun, used) = (commands.Select(c => c.Tenant).ToHashSet(), commands.Select(c => c.Id).ToHashSet());
            var free = Enumerable.Range(0, job.Total).Where(i => !used.Contains(CommandJobs.CommandId(job.Id, i)));
            var missing = plan.Items.Where(s => s.Code is null && CommandJobs.HostsOf(job).Contains(s.ToHost) && !begun.Contains(s.TenantId)).Zip(free, (step, i) => CommandOf(job, i, step, wish)).ToList();
            await CommandPut.RunAsync(context.Table, missing, stop);
        }
        await CommandPut.AnnounceAsync(context.Table, commands.Where(c => c.State == CommandStates.Requested).Select(c => c.HostId), stop);
        (job, commands) = await _jobs.LookAsync(asked, stop);
        return await AcceptedAsync(change, wish, asked, job, commands);
    }

    private async Task<(EvacuationPlan Plan, IEnumerable<TenantRecord> Tenants)> PlanAsync(EvacuationWish wish, CancellationToken stop)
    {
        var hosts = await context.Catalogue.FindHostsAsync(wish.To.Append(wish.From), stop);
        if (wish.To.Append(wish.From).FirstOrDefault(h => !hosts.ContainsKey(h)) is { } unknown)
            throw new ProblemException(ContractProblems.UnknownHost(unknown));
        var now = context.Time.GetUtcNow();
        if (LivenessWords.Of(hosts[wish.From], now) is var gone && gone != LivenessWords.Lost && !(gone == LivenessWords.Stopped && IsLong(hosts[wish.From], now)))
            throw new ProblemException(ContractProblems.HostNotLost(wish.From, gone));
        if (wish.To.FirstOrDefault(h => LivenessWords.Of(hosts[h], now) is not (LivenessWords.Live or LivenessWords.Late)) is { } away)
            throw new ProblemException(ContractProblems.HostAway(away, LivenessWords.Of(hosts[away], now)));
        var wanted = wish.Tenants ?? await context.Catalogue.TenantsOfAsync(wish.From, EvacuationWish.MostTenants + 1, stop);
        var hasMore = wish.Tenants is null && wanted.Count > EvacuationWish.MostTenants;
        var tenants = await context.Catalogue.FindTenantsAsync(wanted.Take(EvacuationWish.MostTenants), stop);
        // Of a host all that it has: not what it had a moment ago, and not what was deleted there.
        var those = wanted.Take(EvacuationWish.MostTenants).Where(id => wish.Tenants is not null
            || tenants.GetValueOrDefault(id) is { } tenant && tenant.HostId == wish.From && tenant.Reason != ReasonWords.FileMissing).ToList();
        return (EvacuationPlanner.Plan(wish, those, tenants, [.. wish.To.Select(h => hosts[h])], hasMore), tenants.Values);
    }

    /// <summary>One that stopped in order comes back by itself as a rule: it has the time that one has which is not heard of.</summary>
    private static bool IsLong(HostDigest host, DateTimeOffset now) => now - host.At > TimeSpan.FromSeconds(host.IntervalSeconds * LivenessWords.LostIntervals);

    /// <summary>Throws when it is not what was asked for: a tenant that was named, or one that finds no room. What is on the lost disk only cannot be had by anybody.</summary>
    private static List<EvacuationStep> Doable(EvacuationWish wish, EvacuationPlan plan)
    {
        if (plan.Items.FirstOrDefault(s => s.Code is not null && (wish.Tenants is not null || s.Code != ProblemCodes.NoSuchPoint)) is { } refused)
        {
            var status = refused.Code switch { ProblemCodes.UnknownTenant => 404, ProblemCodes.NoRoom => 409, ProblemCodes.NoSuchPoint => 422, _ => 400 };
            throw new ProblemException(RequestProblems.Of(status, refused.Code!, "The host cannot be evacuated as asked", $"{plan.Refused} of {plan.Total} tenants cannot come, and nothing was begun. The first: {refused.Detail}",
                refused.Code == ProblemCodes.NoRoom ? "name more hosts" : "dryRun lists each with its reason"));
        }
        var steps = plan.Items.Where(s => s.Code is null).ToList();
        return steps.Count > 0 ? steps : throw AskedValues.Bad($"{wish.From} has nothing that could be evacuated: {(plan.Total == 0 ? "it owns no tenant" : "nothing that it owns is in a replica")}");
    }

    private CommandRecord CommandOf(JobRecord job, int index, EvacuationStep step, EvacuationWish wish) => _jobs.CommandOf(job, index, step.TenantId, step.ToHost!, new() { Epoch = step.Epoch }, wish.Life);

    private async Task<IResult> AcceptedAsync(Change change, EvacuationWish wish, JobRecord asked, JobRecord now, IReadOnlyList<CommandRecord> commands)
    {
        await audit.DoneAsync(change, Action, wish.From, AuditText.Of(asked, commands));
        return new Accepted<FleetJob>($"/api/evacuations/{asked.Id}", CommandView.Of(now, commands), FleetJson.Default.FleetJob);
    }

    private async Task<IResult> ListAsync(HttpRequest request, CancellationToken stop)
    {
        var (jobs, next) = await _steps.ListAsync(request.Query, stop);
        return new ReadAnswer<FleetJobList>(new(jobs, next), FleetJson.Default.FleetJobList);
    }

    private async Task<IResult> GetAsync(HttpRequest request, string id, CancellationToken stop)
    {
        QueryText.Know(request.Query, "cursor");
        var (job, commands) = await _steps.LookAsync(id, stop);
        return new ReadAnswer<FleetJob>(CommandView.Of(job, commands, QueryText.Text(request.Query, "cursor")), FleetJson.Default.FleetJob);
    }
}
