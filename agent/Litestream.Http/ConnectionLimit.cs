using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Litestream.Http;

/// <summary>
/// How many connections a port takes at once; whoever comes then is turned away. Of the port alone: clients that never end a request must not keep the agent's own user from its socket.
/// </summary>
public sealed class ConnectionLimit(int most)
{
    private int _open;

    /// <summary>Counts the connections of a listener.</summary>
    public void On(ListenOptions listen) => listen.Use(next => connection => RunAsync(next, connection));

    private async Task RunAsync(ConnectionDelegate next, ConnectionContext connection)
    {
        try
        {
            if (Interlocked.Increment(ref _open) <= most)
                await next(connection);
            else
                connection.Abort();
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }
}
