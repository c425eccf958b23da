using System.Net;
using System.Net.Sockets;

namespace Litestream.Tests.Servers;

/// <summary>
/// For a program that is told its port before it starts. Not one that the kernel gives to whoever connects somewhere, or to the next who asks it: between the look and the start it would be
/// another's. Each once in a test run.
/// </summary>
internal static class FreePort
{
    /// <summary>Below those of the kernel (<c>ip_local_port_range</c>).</summary>
    private const int First = 10_000, Count = 10_000;

    private static int _asked = Random.Shared.Next(Count);

    public static int Find()
    {
        while (true)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _asked) % Count);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // The next one.
            }
        }
    }
}
