using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Litestream.Agent;

/// <summary>
/// What systemd is told of a unit with <c>Type=notify</c>: a datagram to the socket that <c>NOTIFY_SOCKET</c> names. Whatever is ordered after the agent
/// starts when the databases are there, and a stop may take as long as the agent's own limit. Without the variable, or a listener, nothing happens.
/// </summary>
internal sealed class SystemdNotice(string? socket)
{
    /// <summary>For what comes after the limit of the last sync: page, API, books.</summary>
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(15);

    public void Ready() => Send("READY=1");

    /// <param name="limit">The longest that the last sync may take.</param>
    public void Stopping(TimeSpan limit) => Send(string.Create(
        CultureInfo.InvariantCulture, $"STOPPING=1\nEXTEND_TIMEOUT_USEC={(limit + TimeToEnd).TotalMicroseconds:0}"));

    private void Send(string words)
    {
        if (socket is null)
            return;
        try
        {
            // An @ stands for the zero byte that begins the name of a socket without a file.
            var address = new UnixDomainSocketEndPoint(socket[0] == '@' ? '\0' + socket[1..] : socket);
            using var sender = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            sender.SendTo(Encoding.UTF8.GetBytes(words), address);
        }
        catch (Exception error) when (error is SocketException or ArgumentException)
        {
            // Nobody listens any more: then nobody waits either.
        }
    }
}
