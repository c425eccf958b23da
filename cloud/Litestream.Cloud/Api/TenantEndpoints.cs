using Litestream.Cloud.Access;
using Litestream.Cloud.Table;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Http;

namespace Litestream.Cloud.Api;

/// <summary><c>/api/tenants</c>: the catalogue, by GUID, by its beginning, by host, or what is wrong; never all of it, which would be a scan.</summary>
internal static class TenantEndpoints
{
    private const int LeastPrefix = 2;

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
            : throw new ProblemException(CloudProblems.UnknownTenant(tenant));
    }

    private static Task<ReadAnswer<FleetTenantList>> ListAsync(CloudContext context, IQueryCollection query, CancellationToken cancellationToken)
    {
        QueryText.Know(query, "prefix", "host", "problems", "limit", "cursor");
        var (prefix, host, troubled) = (QueryText.Text(query, "prefix"), QueryText.Text(query, "host"), QueryText.Flag(query, "problems"));
        if ((prefix is null ? 0 : 1) + (host is null ? 0 : 1) + (troubled ? 1 : 0) != 1)
            throw new ProblemException(RequestProblems.BadParameter("one of prefix, host and problems=true says which tenants"));
        if (host is not null)
            return HostEndpoints.TenantsAsync(context, host, query, cancellationToken);
        var (limit, cursor) = (QueryText.Number(query, "limit", Lists.UsualPage, Lists.LargestPage), QueryText.Text(query, "cursor"));
        return AnswerAsync(context, prefix is not null
            ? context.Tenants.BeginningAsync(PrefixOf(prefix), limit, cursor, cancellationToken)
            : context.Tenants.TroubledAsync(limit, cursor, cancellationToken), cancellationToken);
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

    /// <summary>The beginning of a GUID as it is written, in either case; in the catalogue they are lower case.</summary>
    private static string PrefixOf(string text)
    {
        var form = Guid.Empty.ToString("d");
        var isBeginning = text.Length >= LeastPrefix && text.Length <= form.Length && text.Zip(form).All(pair => pair.Second == '-' ? pair.First == '-' : char.IsAsciiHexDigit(pair.First));
        return isBeginning ? text.ToLowerInvariant() : throw new ProblemException(RequestProblems.BadParameter($"prefix is the beginning of a GUID, at least {LeastPrefix} hexadecimal digits"));
    }
}
