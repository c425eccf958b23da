using Litestream.Contract;
using Litestream.Contract.Timelines;
using Litestream.Contract.Views;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Http;

namespace Litestream.Agent.Api.Catalogue;

/// <summary><c>/api/hosts</c>, <c>/api/tenants</c>, <c>/api/problems</c>: what the fleet's API says of many hosts, of this one.</summary>
internal sealed class CatalogueEndpoints(LocalCatalogue catalogue, TimeProvider time)
{
    private const int MostProblems = 500;
    private const int MostDrills = 100;

    public static void Map(IEndpointRouteBuilder routes, LocalCatalogue catalogue, TimeProvider time)
    {
        var reads = new CatalogueEndpoints(catalogue, time);
        routes.MapGet("/api/hosts", (HttpRequest request) => reads.Hosts(request.Query));
        routes.MapGet("/api/hosts/{id}", (string id, HttpRequest request) => reads.Host(id, request.Query));
        routes.MapGet("/api/hosts/{id}/tenants", (string id, HttpRequest request) => reads.Tenants(TenantSelection.OfHost(id, request.Query)));
        routes.MapGet("/api/tenants", (HttpRequest request) => reads.Tenants(TenantSelection.Read(request.Query)));
        routes.MapGet("/api/tenants/{id}", (string id, HttpRequest request) => reads.Tenant(id, request.Query));
        routes.MapGet("/api/tenants/{id}/timeline", (string id, HttpRequest request, CancellationToken stop) => reads.TimelineAsync(id, request.Query, stop));
        routes.MapGet("/api/problems", (HttpRequest request) => reads.Problems(request.Query));
    }

    private ReadAnswer<FleetHostList> Hosts(IQueryCollection query)
    {
        QueryText.Know(query, "limit", "cursor");
        _ = QueryText.Number(query, "limit", Lists.UsualPage, Lists.LargestPage);
        // One host is one page: no list of ours ever said where it goes on.
        if (QueryText.Text(query, "cursor") is not null)
            throw Lists.BadCursor();
        var host = HostView.Of(catalogue.Digest, time.GetUtcNow());
        return new(new([host], null), new([Essence(host)], null), FleetJson.Default.FleetHostList);
    }

    private ReadAnswer<FleetHost> Host(string id, IQueryCollection query)
    {
        QueryText.Know(query);
        catalogue.RequireHost(id);
        var host = HostView.Of(catalogue.Digest, time.GetUtcNow());
        return new(host, Essence(host), FleetJson.Default.FleetHost);
    }

    private ReadAnswer<FleetTenantList> Tenants(TenantSelection which)
    {
        if (which.Host is { } host)
            catalogue.RequireHost(host);
        if (which.IsTroubled)
        {
            var (troubled, more) = catalogue.Troubled("troubled", which.Limit, which.Cursor);
            return Answer([.. troubled.Select(t => Shown(t.Tenant, t.Database.Name))], more);
        }
        var (databases, next) = catalogue.Page(which.Prefix, which.Limit, which.Cursor);
        return Answer([.. databases.Select(Shown)], next);
    }

    private ReadAnswer<FleetTenant> Tenant(string id, IQueryCollection query)
    {
        QueryText.Know(query);
        var tenant = Shown(catalogue.Require(id));
        return new(tenant, Essence(tenant), FleetJson.Default.FleetTenant);
    }

    private async Task<ReadAnswer<Timeline>> TimelineAsync(string id, IQueryCollection query, CancellationToken stop)
    {
        var page = TimelineQuery.Read(query);
        var database = catalogue.Require(id);
        var (storage, kept) = (database.FurthestStorage, database.Snapshot().Kept);
        var timeline = await TimelineReader.ReadAsync(TenantIds.Of(database.Name), storage.Url, () => storage, page, stop);
        var drills = catalogue.Drills(timeline.TenantId, MostDrills);
        return new(timeline with { Labels = [.. kept.Select(k => new TimelineLabel(k.Txid.ToString(), k.Until, k.IsUndo))], Drills = [.. drills.Select(DrillView.Of)] }, FleetJson.Default.Timeline);
    }

    private ReadAnswer<FleetProblemList> Problems(IQueryCollection query)
    {
        QueryText.Know(query, "limit", "cursor");
        var (troubled, next) = catalogue.Troubled("problems", QueryText.Number(query, "limit", Lists.UsualPage, MostProblems), QueryText.Text(query, "cursor"));
        return new(new([.. troubled.Select(t => ProblemView.Of(t.Tenant))], next?.ToString()), FleetJson.Default.FleetProblemList);
    }

    private static ReadAnswer<FleetTenantList> Answer(IReadOnlyList<FleetTenant> tenants, PageCursor? next) =>
        new(new(tenants, next?.ToString()), new([.. tenants.Select(Essence)], next?.ToString()), FleetJson.Default.FleetTenantList);

    private FleetTenant Shown(Database database) => Shown(catalogue.RecordOf(database), database.Name);

    /// <param name="tenant">As it is.</param>
    /// <param name="name">Of its database.</param>
    private static FleetTenant Shown(TenantRecord tenant, string name) =>
        TenantView.Of(tenant, LivenessWords.Live) with { Name = TenantIds.IsMade(name, tenant.Tenant) ? name : null };

    /// <summary>Without what only the clock changes.</summary>
    private static FleetTenant Essence(FleetTenant tenant) => tenant with { UpdatedAt = null };

    private static FleetHost Essence(FleetHost host) => HostView.WithoutAge(host) with { At = default };
}
