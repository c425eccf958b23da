using System.Net;
using Litestream.Fleet.Api;
using Microsoft.AspNetCore.Http;

namespace Litestream.Http;

/// <summary>
/// What an address without a token may rely on: a page of another site that a user of this machine has open can send requests here, and by DNS rebinding
/// even read the answers, but it cannot choose the <c>Host</c> and <c>Origin</c> that come with them.
/// </summary>
public static class OwnMachine
{
    public static bool IsLoopbackName(string host)
    {
        var name = host.Trim('[', ']');
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address));
    }

    /// <summary>Null when the request was sent to a loopback name.</summary>
    /// <param name="host">The request's <c>Host</c> with port.</param>
    /// <param name="remedy">How to be reachable under other names.</param>
    public static Problem? CheckHost(HostString host, string remedy) => IsLoopbackName(host.Host) ? null : RequestProblems.ForeignHost(host.Value ?? "", remedy);

    /// <summary>Null when no page of another site sent it.</summary>
    /// <param name="host">The request's <c>Host</c> with port.</param>
    /// <param name="origin">Its <c>Origin</c>; null when absent.</param>
    public static Problem? CheckOrigin(HostString host, string? origin) =>
        string.IsNullOrEmpty(origin) || origin.Equals($"http://{host.Value}", StringComparison.OrdinalIgnoreCase) ? null : RequestProblems.ForeignOrigin();
}
