using System.Net;
using Litestream.Fleet.Api;
using Litestream.Http;

namespace Litestream.Agent.Api;

/// <summary>
/// Who may change something. A page of another site that a user of this machine has open must not (it can send requests here, and
/// by DNS rebinding even read the answers); beyond loopback a token is needed, and without one changes are off.
/// </summary>
internal sealed class LocalWriteRules(bool isLoopbackOnly, string? token)
{
    private readonly byte[]? _tokenHash = token is null ? null : BearerToken.Hash(token);

    /// <summary>Null when the change is allowed.</summary>
    /// <param name="host">The request's <c>Host</c> with port.</param>
    /// <param name="origin">Its <c>Origin</c>; null when absent.</param>
    /// <param name="authorization">Its <c>Authorization</c>; null when absent.</param>
    public Problem? Check(HostString host, string? origin, string? authorization)
    {
        if (isLoopbackOnly && !IsLoopbackName(host.Host))
            return Problems.ForeignHost(host.Value ?? "");
        if (!string.IsNullOrEmpty(origin) && !IsSame(origin, host))
            return Problems.ForeignOrigin();
        if (isLoopbackOnly)
            return null;
        if (_tokenHash is null)
            return Problems.WritesDisabled();
        return BearerToken.IsSame(BearerToken.HashIn(authorization), _tokenHash) ? null : Problems.TokenRequired();
    }

    public static bool IsLoopbackName(string host)
    {
        var name = host.Trim('[', ']');
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address));
    }

    private static bool IsSame(string origin, HostString host) =>
        origin.Equals($"http://{host.Value}", StringComparison.OrdinalIgnoreCase);
}
