using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Litestream.EndToEnd.Hostile;

/// <summary>Bytes to a port, and what comes back until it is closed: no client that would mend them on the way.</summary>
internal static class RawHttp
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Status 0: it was closed without a word.</summary>
    public static async Task<(int Status, string Text)> SendAsync(int port, ReadOnlyMemory<byte> request)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, limit.Token);
        var stream = client.GetStream();
        var received = new MemoryStream();
        try
        {
            var reading = stream.CopyToAsync(received, limit.Token);
            await WriteAsync(stream, request, limit.Token);
            await reading;
        }
        catch (IOException)
        {
            // Closed on us: what came before that is the answer.
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"no answer within {Patience.TotalSeconds:0} s, or it was not closed; so far: {Encoding.UTF8.GetString(received.ToArray())}");
        }
        var text = Encoding.UTF8.GetString(received.ToArray());
        return (text.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(text.AsSpan(9, 3), CultureInfo.InvariantCulture) : 0, text);
    }

    private static async Task WriteAsync(NetworkStream stream, ReadOnlyMemory<byte> request, CancellationToken stop)
    {
        try
        {
            await stream.WriteAsync(request, stop);
        }
        catch (IOException)
        {
            // It has heard enough.
        }
    }
}
