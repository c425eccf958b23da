using Litestream.Cloud.Configuration;
using Litestream.Http;

namespace Litestream.Cloud.Hosting;

/// <summary>On a port. Plain HTTP: beyond this machine a proxy with a certificate belongs before it.</summary>
internal static class KestrelChoice
{
    private const int MostConnections = 1024;

    public static void Add(WebApplicationBuilder builder, CloudOptions options) => builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = CloudApplication.MostBodyBytes;
        Listening.On(kestrel, options.Bind, options.Port ?? CloudOptions.DefaultPort, MostConnections);
    });

    /// <summary>Why it cannot listen; null when that is not what went wrong.</summary>
    public static StartException? Explain(Exception error, CloudOptions options) =>
        Listening.Explain(error, options.Bind, options.Port) is var (message, hint) ? new(message, hint, error) : null;
}
