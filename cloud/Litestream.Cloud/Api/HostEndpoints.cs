using Litestream.Cloud.Access;
using Litestream.Cloud.Table;
using Litestream.Contract;
using Litestream.Contract.Access;
using Litestream.Contract.Views;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Table;
using Litestream.Http;

namespace Litestream.Cloud.Api;

/// <summary><c>/api/hosts</c>: who reports, and whether they still do; and the tenants of each.</summary>
internal static class HostEndpoints
{
    private const string List = "hosts";

    public static void Map(IEndpointRouteBuilder routes, CloudContext context)
    {
        routes.MapGet("/api/hosts", (HttpRequest request, CancellationToken stop) => ListAsync(context, request.Query, stop)).Needs(ScopeWords.Read);
        routes.MapGet("/api/hosts/{id}", async (string id, HttpRequest request, CancellationToken stop) =>
        {
            QueryText.Know(request.Query);
            var digest = await context.Hosts.FindAsync(id, stop) ?? throw new ProblemException(ContractProblems.UnknownHost(id));
            var host = HostView.Of(digest, context.Time.GetUtcNow());
            return new ReadAnswer<FleetHost>(host, HostView.WithoutAge(host), FleetJson.Default.FleetHost);
        }).Needs(ScopeWords.Read);
        routes.MapGet("/api/hosts/{id}/tenants", (string id, HttpRequest request, CancellationToken stop) =>
            TenantsAsync(context, TenantSelection.OfHost(id, request.Query), stop)).Needs(ScopeWords.Read);
    }

    /// <summary>Also for <c>/api/tenants?host=</c>.</summary>
    public static async Task<ReadAnswer<FleetTenantList>> TenantsAsync(CloudContext context, TenantSelection which, CancellationToken cancellationToken)
    {
        var id = which.Host ?? "";
        var digest = await context.Hosts.FindAsync(id, cancellationToken) ?? throw new ProblemException(ContractProblems.UnknownHost(id));
        var (items, next) = await context.Tenants.OfHostAsync(id, which.Limit, which.Cursor, cancellationToken);
        var liveness = LivenessWords.Of(digest, context.Time.GetUtcNow());
        return new(new([.. context.Reads.Readable(items, item => TenantView.OfIndex(item, liveness))], next?.ToString()), FleetJson.Default.FleetTenantList);
    }

    private static async Task<ReadAnswer<FleetHostList>> ListAsync(CloudContext context, IQueryCollection query, CancellationToken cancellationToken)
    {
        QueryText.Know(query, "limit", "cursor");
        var limit = QueryText.Number(query, "limit", Lists.UsualPage, Lists.LargestPage);
        var (digests, after) = await context.Hosts.PageAsync(limit, After(QueryText.Text(query, "cursor")), cancellationToken);
        var now = context.Time.GetUtcNow();
        var hosts = digests.Select(digest => HostView.Of(digest, now)).ToList();
        var next = after is null ? null : new PageCursor(List, 0, new() { { FleetTable.SortKey, ItemValue.Of(after) } }).ToString();
        return new(new(hosts, next), new(hosts.ConvertAll(HostView.WithoutAge), next), FleetJson.Default.FleetHostList);
    }

    private static string? After(string? cursor)
    {
        if (Lists.Cursor(cursor, List, 1) is not { } at)
            return null;
        return at.After?.Text(FleetTable.SortKey) is { } id && FleetKeys.IsHostId(id) ? id : throw Lists.BadCursor();
    }
}
