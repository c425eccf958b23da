using Litestream.Contract;
using Litestream.Contract.Access;
using Litestream.Contract.Changes;
using Litestream.Contract.Jobs;
using Litestream.Contract.Views;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Http;

namespace Litestream.Cloud.Moves;

/// <summary>
/// <c>/api/moves</c>: a tenant goes from a host that lives to another one. Only items are written here: a job, and an <c>adopt</c> that names the host which has it; the one that is to have it
/// drives the rest.
/// </summary>
internal sealed class MoveEndpoints(ContractContext context, ChangeRequests changes, AuditTrail audit)
{
    private const string Action = "move";

    private readonly CommandJobs _jobs = new(context, JobKinds.Move, CommandKinds.Adopt);
    private readonly JobSteps _steps = new(context, changes, audit, JobKinds.Move);

    public static void Map(IEndpointRouteBuilder routes, ContractContext context, ChangeRequests changes, AuditTrail audit)
    {
        var moves = new MoveEndpoints(context, changes, audit);
        routes.MapPost("/api/moves", (HttpContext http, CancellationToken stop) => audit.WatchAsync(http, Action, "moves", () => moves.PostAsync(http, stop))).Needs(ScopeWords.Admin);
        routes.MapGet("/api/moves", (HttpRequest request, CancellationToken stop) => moves.ListAsync(request, stop)).Needs(ScopeWords.Read);
        routes.MapGet("/api/moves/{id}", (HttpRequest request, string id, CancellationToken stop) => moves.GetAsync(request, id, stop)).Needs(ScopeWords.Read);
        routes.MapPost("/api/moves/{id}/cancel", (HttpContext http, string id, CancellationToken stop) =>
            audit.WatchAsync(http, "move.cancel", id, () => moves._steps.CancelAsync(http, id, stop))).Needs(ScopeWords.Admin);
    }

    private async Task<IResult> PostAsync(HttpContext http, CancellationToken stop)
    {
        var (change, request) = await changes.ReadAsync(http, FleetJson.Default.MoveRequest, stop);
        var wish = MoveWish.Read(request);
        if (change.IsRepeated && !request.DryRun && await _jobs.FindAsync(change.Target, stop) is { } known)
            return await GoOnAsync(change, known, wish, stop);
        var (plan, tenant) = await PlanAsync(wish, stop);
        if (request.DryRun)
            return TypedResults.Json(plan, FleetJson.Default.MovePlan);
        change = await changes.BeginAsync(change, stop);
        var job = _jobs.Of(change, [plan.To], 1) with { FromHost = plan.From };
        var command = CommandOf(job, plan, wish);
        await audit.BeginAsync(change, Action, FleetKeys.TextOf(plan.TenantId), AuditText.Of([tenant]), AuditText.Of(job, [command]), stop);
        await _jobs.PutAsync(job, [command], stop);
        return await AcceptedAsync(change, wish, job, job, [command]);
    }

    /// <summary>What was asked for before and stands as a job is answered; what the first try did not come to is done now.</summary>
    private async Task<IResult> GoOnAsync(Change change, JobRecord asked, MoveWish wish, CancellationToken stop)
    {
        var (job, commands) = await _jobs.LookAsync(asked, stop);
        if (commands.Count == 0 && job.State == JobStates.Running)
            await CommandPut.RunAsync(context.Table, [CommandOf(asked, (await PlanAsync(wish, stop)).Plan, wish)], stop);
        await CommandPut.AnnounceAsync(context.Table, commands.Where(c => c.State == CommandStates.Requested).Select(c => c.HostId), stop);
        (job, commands) = await _jobs.LookAsync(asked, stop);
        return await AcceptedAsync(change, wish, asked, job, commands);
    }

    private async Task<(MovePlan Plan, TenantRecord Tenant)> PlanAsync(MoveWish wish, CancellationToken stop)
    {
        if (!(await context.Catalogue.FindTenantsAsync([wish.Tenant], stop)).TryGetValue(wish.Tenant, out var tenant))
            throw new ProblemException(ContractProblems.UnknownTenant(wish.Tenant));
        if (tenant.HostId is not { } from)
            throw AskedValues.Bad($"{wish.Tenant} is nobody's: an adopt on {wish.To} brings it there");
        if (from == wish.To)
            throw AskedValues.Bad($"{wish.Tenant} is {from}'s already");
        var hosts = await context.Catalogue.FindHostsAsync([from, wish.To], stop);
        var now = context.Time.GetUtcNow();
        foreach (var host in new[] { from, wish.To })
        {
            if (!hosts.TryGetValue(host, out var digest))
                throw new ProblemException(ContractProblems.UnknownHost(host));
            if (LivenessWords.Of(digest, now) is not (LivenessWords.Live or LivenessWords.Late) and var away)
                throw new ProblemException(ContractProblems.HostAway(host, away));
        }
        if (hosts[wish.To].DiskFreeBytes is { } free && free < tenant.SizeBytes)
            throw new ProblemException(RequestProblems.Of(409, ProblemCodes.NoRoom, "The host has no room for it", $"{wish.Tenant} has {tenant.SizeBytes} bytes, and {free} are free at {wish.To}", "name another host"));
        return (new()
        {
            TenantId = wish.Tenant,
            From = from,
            To = wish.To,
            FromPath = tenant.Path,
            Path = wish.Path,
            SizeBytes = tenant.SizeBytes,
            DiskFreeBytes = hosts[wish.To].DiskFreeBytes,
            Epoch = tenant.Epoch,
        }, tenant);
    }

    private CommandRecord CommandOf(JobRecord job, MovePlan plan, MoveWish wish) =>
        _jobs.CommandOf(job, 0, plan.TenantId, plan.To, new() { From = plan.From, Epoch = plan.Epoch, TargetPath = plan.Path }, wish.Life);

    private async Task<IResult> AcceptedAsync(Change change, MoveWish wish, JobRecord asked, JobRecord now, IReadOnlyList<CommandRecord> commands)
    {
        await audit.DoneAsync(change, Action, FleetKeys.TextOf(wish.Tenant), AuditText.Of(asked, commands));
        return new Accepted<FleetJob>($"/api/moves/{asked.Id}", CommandView.Of(now, commands), FleetJson.Default.FleetJob);
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
}
