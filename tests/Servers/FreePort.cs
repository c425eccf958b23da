using System.Net;
using System.Net.Sockets;

namespace Litestream.Tests.Servers;

/// <summary>For a program that is told its port before it starts.</summary>
internal static class FreePort
{
    /// <summary>Nobody listens there now; who else is given it is the kernel's choice, and that goes around.</summary>
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
