using Litestream.Contract;
using Litestream.Contract.Access;
using Litestream.Contract.Changes;
using Litestream.Contract.Commands;
using Litestream.Contract.Restores;
using Litestream.Contract.Views;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Http;

namespace Litestream.Contract.Endpoints;

/// <summary><c>/api/hosts/{id}/commands</c>: telling a host what to do with a tenant, and seeing what became of it.</summary>
internal sealed class CommandEndpoints(ContractContext context, ChangeRequests changes, AuditTrail audit)
{
    private const int DefaultLimit = 50;
    private const int LargestLimit = 200;

    public static void Map(IEndpointRouteBuilder routes, ContractContext context, ChangeRequests changes, AuditTrail audit)
    {
        var commands = new CommandEndpoints(context, changes, audit);
        routes.MapPost("/api/hosts/{id}/commands", (HttpContext http, string id, CancellationToken stop) => audit.WatchAsync(http, "command", id, () => commands.PostAsync(http, id, stop)))
            .Needs(ScopeWords.Admin);
        routes.MapGet("/api/hosts/{id}/commands", (HttpRequest request, string id, CancellationToken stop) => commands.ListAsync(request, id, stop)).Needs(ScopeWords.Read);
        routes.MapGet("/api/hosts/{id}/commands/{command}", (HttpRequest request, string id, string command, CancellationToken stop) => commands.GetAsync(request, id, command, stop)).Needs(ScopeWords.Read);
        routes.MapPost("/api/hosts/{id}/commands/{command}/cancel",
            (HttpContext http, string id, string command, CancellationToken stop) => audit.WatchAsync(http, "command.cancel", command, () => commands.CancelAsync(http, id, command, stop)))
            .Needs(ScopeWords.Admin);
    }

    private async Task<IResult> PostAsync(HttpContext http, string id, CancellationToken stop)
    {
        var host = AskedValues.HostOf(id);
        var (change, request) = await changes.ReadAsync(http, FleetJson.Default.CommandRequest, stop);
        var asked = CommandWish.Read(request, host, change, context.Kinds, context.Time.GetUtcNow());
        if (asked.Kind == CommandKinds.Restore && !Actor.Of(http).Scopes.Contains(ScopeWords.Restore))
            throw new ProblemException(ContractProblems.ScopeMissing(ScopeWords.Restore));
        var known = await (asked.Kind == CommandKinds.Restore
            ? context.Catalogue.FindRestorableAsync(asked.Arguments.NewTenant is { } fork ? [asked.Tenant, fork] : [asked.Tenant], stop)
            : context.Catalogue.FindTenantsAsync([asked.Tenant], stop));
        var tenant = known.GetValueOrDefault(asked.Tenant);
        // What was put under this key before is answered, whatever became of host and tenant since.
        if (!change.IsRepeated || await FindAsync(asked.Key, stop) is not { } command)
        {
            await CheckAsync(asked, tenant, stop);
            if (asked.Kind == CommandKinds.Restore)
                await CheckRestoreAsync(asked, known, stop);
            // Whoever asks means the tenant as it is now; once another host has it, this is not what was asked for.
            if (asked is { Kind: CommandKinds.TakeOver or CommandKinds.Adopt or CommandKinds.Release, Arguments.Epoch: null } && tenant is { Epoch: > 0 })
                asked = asked with { Arguments = asked.Arguments with { Epoch = tenant.Epoch } };
            change = await changes.BeginAsync(change, stop);
            command = asked with { Id = change.Target, RequestedAt = change.At, ExpiresAt = change.At + (asked.ExpiresAt - asked.RequestedAt) };
            await audit.BeginAsync(change, $"command.{command.Kind}", FleetKeys.TextOf(command.Tenant), tenant is null ? null : AuditText.Of(tenant), AuditText.Of(command), stop);
            await CommandPut.RunAsync(context.Table, [command], stop);
        }
        else if (command.State == CommandStates.Requested)
        {
            await CommandPut.AnnounceAsync(context.Table, [command.HostId], stop);
        }
        await audit.DoneAsync(change, $"command.{command.Kind}", FleetKeys.TextOf(command.Tenant), null);
        return new Accepted<FleetCommand>($"/api/hosts/{host}/commands/{command.Id}", CommandView.Of(command), FleetJson.Default.FleetCommand);
    }

    private async Task CheckAsync(CommandRecord asked, TenantRecord? tenant, CancellationToken stop)
    {
        var digest = await context.Catalogue.FindHostAsync(asked.HostId, stop) ?? throw new ProblemException(ContractProblems.UnknownHost(asked.HostId));
        if (LivenessWords.Of(digest, context.Time.GetUtcNow()) is var liveness and not (LivenessWords.Live or LivenessWords.Late))
            throw new ProblemException(ContractProblems.HostAway(asked.HostId, liveness));
        if (CommandWish.NeedsItsOwnHost(asked))
        {
            if (tenant is null)
                throw new ProblemException(ContractProblems.UnknownTenant(asked.Tenant));
            if (tenant.HostId != asked.HostId)
                throw new ProblemException(ContractProblems.BadArgument($"{asked.Tenant} lives on {tenant.HostId ?? "no host"}: ask there"));
        }
        if (asked.Arguments.Epoch is { } epoch && tenant is not null && tenant.Epoch != epoch)
            throw new ProblemException(ContractProblems.StaleEpoch(asked.Tenant, tenant.Epoch, epoch));
    }

    /// <summary>As <c>/api/restores</c> does.</summary>
    private async Task CheckRestoreAsync(CommandRecord asked, IReadOnlyDictionary<Guid, TenantRecord> known, CancellationToken stop)
    {
        var step = new RestorePlanStep { TenantId = asked.Tenant, HostId = asked.HostId, TargetPath = asked.Arguments.TargetPath, NewTenant = asked.Arguments.NewTenant };
        if (step.NewTenant is { } fork && RestorePlanner.WhyNotFork(step.TenantId, fork, known.GetValueOrDefault(fork)) is { } why)
            throw new ProblemException(ContractProblems.BadArgument(why));
        step = (await WaitingRestores.MarkAsync(context, [step], stop))[0];
        if (step.Code is null && await context.FindRefusal(step, stop) is var (code, detail))
            step = step with { Code = code, Detail = detail };
        if (step.Code is not null)
            throw new ProblemException(ContractProblems.OfStep(JobKinds.Restore, step, 1, 1));
    }

    private async Task<IResult> ListAsync(HttpRequest request, string id, CancellationToken stop)
    {
        var host = AskedValues.HostOf(id);
        var list = $"commands {host}";
        QueryText.Know(request.Query, "limit", "cursor");
        var limit = QueryText.Number(request.Query, "limit", DefaultLimit, LargestLimit);
        if (await context.Catalogue.FindHostAsync(host, stop) is null)
            throw new ProblemException(ContractProblems.UnknownHost(host));
        var from = Lists.After(Lists.Cursor(QueryText.Text(request.Query, "cursor"), list, 1), FleetKeys.OfHost(host), FleetKeys.CommandPrefix);
        var (items, next) = await context.Reads.QueryAsync(ItemQuery.Commands(host) with { IsBackwards = true }, limit, from, stop);
        var commands = context.Reads.Readable(items, CommandItem.Read).Select(CommandView.Of).ToList();
        return new ReadAnswer<FleetCommandList>(new(commands, next is null ? null : new PageCursor(list, 0, Lists.SortOnly(next)).ToString()), FleetJson.Default.FleetCommandList);
    }

    private async Task<IResult> GetAsync(HttpRequest request, string id, string command, CancellationToken stop)
    {
        QueryText.Know(request.Query);
        return new ReadAnswer<FleetCommand>(CommandView.Of(await FindAsync(id, command, stop)), FleetJson.Default.FleetCommand);
    }

    private async Task<IResult> CancelAsync(HttpContext http, string id, string command, CancellationToken stop)
    {
        var (change, _) = await changes.ReadAsync(http, FleetJson.Default.EmptyRequest, stop);
        var found = await FindAsync(id, command, stop);
        if (!change.IsRepeated && CommandStates.IsFinal(found.State))
            throw new ProblemException(ContractProblems.NotCancellable($"the command {found.Id} is {found.State} since {AuditText.Of(found.FinishedAt)}"));
        change = await changes.BeginAsync(change, stop);
        await audit.BeginAsync(change, "command.cancel", found.Id.ToString(), AuditText.Of(found), null, stop);
        var asked = await CommandCancel.RunAsync(context, [found], stop);
        await audit.DoneAsync(change, "command.cancel", found.Id.ToString(), AuditText.Called(asked));
        return new Accepted<FleetCommand>($"/api/hosts/{found.HostId}/commands/{found.Id}", CommandView.Of(await FindAsync(id, command, stop)), FleetJson.Default.FleetCommand);
    }

    private async Task<CommandRecord> FindAsync(string id, string command, CancellationToken stop) =>
        Ulid.TryParse(command, out var ulid) && await FindAsync(FleetKeys.Command(AskedValues.HostOf(id), ulid), stop) is { } found ? found : throw new ProblemException(ContractProblems.UnknownCommand(command));

    private async Task<CommandRecord?> FindAsync(ItemKey key, CancellationToken stop) =>
        await context.Reads.FindAsync(key, stop) is { } item ? context.Reads.Readable([item], CommandItem.Read).FirstOrDefault() : null;
}
