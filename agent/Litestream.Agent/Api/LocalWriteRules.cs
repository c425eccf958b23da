using Litestream.Fleet.Api;
using Litestream.Http;

namespace Litestream.Agent.Api;

/// <summary>
/// Who may change something. A page of another site that a user of this machine has open must not (it can send requests here, and
/// by DNS rebinding even read the answers); beyond loopback a token is needed, and without one changes are off.
/// </summary>
internal sealed class LocalWriteRules(bool isLoopbackOnly, string? token)
{
    private const string Remedy = "use http://localhost, or start the agent with -bind and -api-token";

    private readonly byte[]? _tokenHash = token is null ? null : BearerToken.Hash(token);

    /// <summary>
    /// Null when the read is allowed: on loopback under a name of this machine, beyond it whoever reaches the port. Browsers always send a <c>Host</c>; who sends
    /// none (HTTP/1.0, as load balancers do) is no page that was rebound.
    /// </summary>
    /// <param name="host">The request's <c>Host</c> with port.</param>
    public Problem? CheckRead(HostString host) => isLoopbackOnly && host.HasValue ? OwnMachine.CheckHost(host, Remedy) : null;

    /// <summary>Null when the change is allowed.</summary>
    /// <param name="host">The request's <c>Host</c> with port.</param>
    /// <param name="origin">Its <c>Origin</c>; null when absent.</param>
    /// <param name="authorization">Its <c>Authorization</c>; null when absent.</param>
    public Problem? Check(HostString host, string? origin, string? authorization)
    {
        if (isLoopbackOnly && OwnMachine.CheckHost(host, Remedy) is { } foreign)
            return foreign;
        if (OwnMachine.CheckOrigin(host, origin) is { } otherSite)
            return otherSite;
        if (isLoopbackOnly)
            return null;
        if (_tokenHash is null)
            return Problems.WritesDisabled();
        return BearerToken.IsSame(BearerToken.HashIn(authorization), _tokenHash) ? null : Problems.TokenRequired();
    }
}
