using System.Net.Sockets;
using System.Text;

namespace Litestream.EndToEnd.Packages;

/// <summary>The end of <c>NOTIFY_SOCKET</c> at which systemd listens.</summary>
internal sealed class NotifySocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public NotifySocket(string path)
    {
        Path = path;
        _socket.Bind(new UnixDomainSocketEndPoint(path));
    }

    public string Path { get; }

    /// <summary>The next thing that the agent says, its lines.</summary>
    public async Task<IReadOnlyList<string>> ReadAsync()
    {
        using var patience = new CancellationTokenSource(Eventually.Patience);
        var buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, await _socket.ReceiveAsync(buffer, patience.Token)).Split('\n');
    }

    public bool HasSaidNothing => _socket.Available == 0;

    public void Dispose() => _socket.Dispose();
}
