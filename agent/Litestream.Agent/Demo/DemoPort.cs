using System.Net;
using System.Net.Sockets;

namespace Litestream.Agent.Demo;

internal static class DemoPort
{
    public const int Preferred = 8080;
    private const int Tries = 100;

    /// <summary>The first free port from here on; the last one tried when none is, and its error is then told.</summary>
    public static int FirstFree(int from)
    {
        for (var port = from; port < from + Tries; port++)
        {
            if (IsFree(IPAddress.Loopback, port) && IsFree(IPAddress.IPv6Loopback, port))
                return port;
        }
        return from + Tries;
    }

    private static bool IsFree(IPAddress address, int port)
    {
        using var listener = new TcpListener(address, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException error)
        {
            // A machine without IPv6 has no port of it to be taken.
            return error.SocketErrorCode is not (SocketError.AddressAlreadyInUse or SocketError.AccessDenied);
        }
    }
}
