using System.Globalization;
using System.Net;

namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>Where page, API and metrics are: <c>addr</c>.</summary>
/// <param name="Bind">An address, localhost, or * for all.</param>
/// <param name="Port">0 takes a free one.</param>
internal readonly record struct ListenAddress(string Bind, int Port)
{
    /// <summary><c>host:port</c>, <c>[v6]:port</c>, or <c>:port</c> for every address of the machine.</summary>
    public static ListenAddress? TryParse(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > IPEndPoint.MaxPort)
            return null;
        return text[..colon] switch
        {
            "" or "*" => new("*", port),
            "localhost" => new("localhost", port),
            ['[', .. var inner, ']'] when IPAddress.TryParse(inner, out _) => new(inner, port),
            var host when !host.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(host, out _) => new(host, port),
            _ => null,
        };
    }
}
