using Litestream.Contract.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Litestream.Contract.Tests.Document;

/// <summary>The addresses of a program below <c>/api/</c>, as it maps them, each with the scope that it needs there.</summary>
/// <param name="Scopes">By method and path; null where the address says nothing, or is open to all.</param>
internal sealed record ServedRoutes(IReadOnlyDictionary<string, string?> Scopes)
{
    public static ServedRoutes Of(IEnumerable<Endpoint> endpoints) => new(
        (from endpoint in endpoints.OfType<RouteEndpoint>()
         where endpoint.RoutePattern.RawText?.StartsWith("/api/", StringComparison.Ordinal) == true
         from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []
         select ($"{method} {endpoint.RoutePattern.RawText}", endpoint.Metadata.GetMetadata<AccessRequirement>()?.Scope)).ToDictionary(r => r.Item1, r => (string?)r.Scope));

    public static ServedRoutes Of(WebApplication application) => Of(((IEndpointRouteBuilder)application).DataSources.SelectMany(d => d.Endpoints));

    public bool Has(Operation operation) => Scopes.ContainsKey(operation.Key);
}
