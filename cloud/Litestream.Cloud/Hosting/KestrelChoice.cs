using System.Net;
using System.Net.Sockets;
using Litestream.Cloud.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Litestream.Cloud.Hosting;

/// <summary>On a port. Plain HTTP: beyond this machine a proxy with a certificate belongs before it.</summary>
internal static class KestrelChoice
{
    private const int MostConnections = 1024;

    public static void Add(WebApplicationBuilder builder, CloudOptions options) => builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = CloudApplication.MostBodyBytes;
        kestrel.Limits.MaxConcurrentConnections = MostConnections;
        Listen(kestrel, options.Bind, options.Port ?? CloudOptions.DefaultPort);
    });

    /// <summary>Why it cannot listen; null when that is not what went wrong.</summary>
    public static StartException? Explain(Exception error, CloudOptions options)
    {
        var where = $"port {options.Port} of {options.Bind ?? "localhost"}";
        if (error is AddressInUseException || error.InnerException is AddressInUseException)
            return new($"{where} is taken by another program", $"choose another with -port, or see who has it: ss -ltnp 'sport = :{options.Port}'", error);
        return (error as SocketException ?? error.InnerException as SocketException)?.SocketErrorCode switch
        {
            SocketError.AccessDenied => new($"{where} may not be opened by user {Environment.UserName}", "choose a port above 1023 with -port", error),
            SocketError.AddressNotAvailable => new($"this machine has no address {options.Bind}", "choose one of its own addresses with -bind", error),
            { } other => new($"cannot listen on {where}: {other}", null, error),
            _ => null,
        };
    }

    private static void Listen(KestrelServerOptions kestrel, string? bind, int port)
    {
        if (bind == "*")
            kestrel.ListenAnyIP(port);
        else if (bind is not null)
            kestrel.Listen(IPAddress.Parse(bind), port);
        else if (port == 0)
            kestrel.Listen(IPAddress.Loopback, 0); // a free port cannot be the same one for IPv4 and IPv6
        else
            kestrel.ListenLocalhost(port);
    }
}
