using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Litestream.Http;

/// <summary>Where a program of ours listens, as <c>-bind</c> and <c>-port</c> say.</summary>
public static class Listening
{
    /// <param name="kestrel">The server.</param>
    /// <param name="bind">An address; <c>*</c>: all of them; null or localhost: loopback.</param>
    /// <param name="port">0: any free one.</param>
    /// <param name="mostConnections">At once.</param>
    public static void On(KestrelServerOptions kestrel, string? bind, int port, int mostConnections)
    {
        var limit = new ConnectionLimit(mostConnections);
        if (bind is "*")
            kestrel.ListenAnyIP(port, limit.On);
        else if (bind is not (null or "localhost"))
            kestrel.Listen(IPAddress.Parse(bind), port, limit.On);
        else if (port == 0)
            kestrel.Listen(IPAddress.Loopback, 0, limit.On); // a free port cannot be the same one for IPv4 and IPv6
        else
            kestrel.ListenLocalhost(port, limit.On);
    }

    /// <summary>Why it cannot, and what to do; null when that is not what went wrong.</summary>
    public static (string Message, string? Hint)? Explain(Exception error, string? bind, int? port)
    {
        var where = $"port {port} of {bind ?? "localhost"}";
        if (error is AddressInUseException || error.InnerException is AddressInUseException)
            return ($"{where} is taken by another program", $"choose another with -port, or see who has it: ss -ltnp 'sport = :{port}'");
        return (error as SocketException ?? error.InnerException as SocketException)?.SocketErrorCode switch
        {
            SocketError.AccessDenied => ($"{where} may not be opened by user {Environment.UserName}", "choose a port above 1023 with -port"),
            SocketError.AddressNotAvailable => ($"this machine has no address {bind}", "choose one of its own addresses with -bind"),
            { } other => ($"cannot listen on {where}: {other}", null),
            _ => null,
        };
    }
}
