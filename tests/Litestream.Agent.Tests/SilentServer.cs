using System.Net;
using System.Net.Sockets;

namespace Litestream.Agent.Tests;

/// <summary>Takes connections and never says a word; when it ends they are cut.</summary>
internal sealed class SilentServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _connections = [];
    private bool _hasEnded;

    public SilentServer()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose()
    {
        lock (_connections)
        {
            if (_hasEnded)
                return;
            _hasEnded = true;
            _listener.Stop();
            _connections.ForEach(c => c.Dispose());
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var connection = await _listener.AcceptSocketAsync();
                lock (_connections)
                {
                    if (_hasEnded)
                        connection.Dispose();
                    else
                        _connections.Add(connection);
                }
            }
        }
        catch (SocketException)
        {
            // The listener was stopped.
        }
        catch (ObjectDisposedException)
        {
            // as above
        }
    }
}
