using Litestream.Cloud.Access;
using Litestream.Cloud.Table;
using Litestream.Contract;
using Litestream.Contract.Access;
using Litestream.Contract.Views;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Http;

namespace Litestream.Cloud.Api;

/// <summary><c>/api/tenants</c>: the catalogue, by GUID, by its beginning, by host, or what is wrong; never all of it, which would be a scan.</summary>
internal static class TenantEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, CloudContext context)
    {
        routes.MapGet("/api/tenants", (HttpRequest request, CancellationToken stop) => ListAsync(context, request.Query, stop)).Needs(ScopeWords.Read);
        routes.MapGet("/api/tenants/{id}", async (string id, HttpRequest request, CancellationToken stop) =>
        {
            QueryText.Know(request.Query);
            var tenant = await FindAsync(context, id, stop);
            var liveness = await context.Hosts.LivenessAsync([tenant.HostId], stop);
            return new ReadAnswer<FleetTenant>(View(tenant, liveness), FleetJson.Default.FleetTenant);
        }).Needs(ScopeWords.Read);
    }

    /// <summary>For every address below a tenant. Throws a problem when the GUID is none, or nobody's.</summary>
    public static async Task<TenantRecord> FindAsync(CloudContext context, string id, CancellationToken cancellationToken)
    {
        var tenant = Guid.TryParseExact(id, "d", out var guid) ? guid : throw new ProblemException(RequestProblems.BadGuid());
        return await context.Reads.FindAsync(FleetKeys.Tenant(tenant), cancellationToken) is { } item
            ? TenantItem.Read(item)
            : throw new ProblemException(ContractProblems.UnknownTenant(tenant));
    }

    private static Task<ReadAnswer<FleetTenantList>> ListAsync(CloudContext context, IQueryCollection query, CancellationToken cancellationToken)
    {
        var which = TenantSelection.Read(query);
        if (which.Host is not null)
            return HostEndpoints.TenantsAsync(context, which, cancellationToken);
        return AnswerAsync(context, which.Prefix is { } prefix
            ? context.Tenants.BeginningAsync(prefix, which.Limit, which.Cursor, cancellationToken)
            : context.Tenants.TroubledAsync(which.Limit, which.Cursor, cancellationToken), cancellationToken);
    }

    private static async Task<ReadAnswer<FleetTenantList>> AnswerAsync(
        CloudContext context, Task<(IReadOnlyList<TenantRecord> Items, PageCursor? Next)> reading, CancellationToken cancellationToken)
    {
        var (tenants, next) = await reading;
        var liveness = await context.Hosts.LivenessAsync(tenants.Select(t => t.HostId), cancellationToken);
        return new(new([.. tenants.Select(tenant => View(tenant, liveness))], next?.ToString()), FleetJson.Default.FleetTenantList);
    }

    private static FleetTenant View(TenantRecord tenant, IReadOnlyDictionary<string, string> liveness) =>
        TenantView.Of(tenant, tenant.HostId is { } host ? liveness[host] : LivenessWords.Unknown);
}
