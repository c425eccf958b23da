namespace Litestream.Contract.Access;

/// <summary>Said where an address is mapped: <c>routes.MapGet(…).Needs(ScopeWords.Read)</c>.</summary>
internal static class EndpointAccess
{
    /// <param name="endpoint">What is mapped.</param>
    /// <param name="scope">One of <see cref="Fleet.ScopeWords"/>.</param>
    public static TBuilder Needs<TBuilder>(this TBuilder endpoint, string scope) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new AccessRequirement(scope));

    public static TBuilder OpenToAll<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new AccessRequirement(null));
}
