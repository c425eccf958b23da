using System.Collections.Frozen;
using Litestream.Contract;
using Litestream.Contract.Access;
using Litestream.Contract.Changes;
using Litestream.Contract.Endpoints;
using Litestream.Fleet;
using Litestream.Fleet.Table;

namespace Litestream.Agent.Api.Catalogue;

/// <summary><c>/api/restores</c>, <c>/api/drills</c>, <c>/api/hosts/{id}/commands</c>, <c>/api/audit</c>: the fleet's own endpoints, over the table of this host.</summary>
internal static class ChangeEndpoints
{
    /// <summary>Whoever passes <see cref="LocalWriteRules"/>, or may open the control socket.</summary>
    public static Actor Local { get; } = new("local", ScopeWords.All.ToFrozenSet(StringComparer.Ordinal));

    public static void Map(IEndpointRouteBuilder routes, AgentView agent, LocalCatalogue catalogue)
    {
        var requests = agent.Requests;
        var context = new ContractContext
        {
            Table = requests.Table,
            Reads = new(requests.Table, agent.Time, requests.Log),
            Catalogue = catalogue,
            OpenReplica = catalogue.OpenReplica,
            ReadCoverage = _ => Task.FromResult(catalogue.Coverage),
            FindRefusal = agent.Refusals.FindAsync,
            Kinds = requests.Kinds,
            MostBodyBytes = LocalApi.LargestBodyBytes,
            Time = agent.Time,
            Log = requests.Log,
        };
        var ids = new UlidSource(agent.Time, Random.Shared);
        var audit = new AuditTrail(context, ids);
        RestoreEndpoints.Map(routes, context, new(context, ids), audit);
        CommandEndpoints.Map(routes, context, new(context, ids), audit);
        DrillEndpoints.Map(routes, context, new(context, ids), audit);
        AuditEndpoints.Map(routes, context);
    }
}
