using System.Net.Security;
using System.Net.Sockets;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace Litestream.Storage.S3;

/// <summary>The SDK's client for one replica, with one connection pool. The SDK is told not to retry: that is decided in one place, <see cref="S3Requests"/>.</summary>
internal sealed class S3Connection : HttpClientFactory, IDisposable
{
    private const string DefaultRegion = "us-east-1";

    /// <summary>More requests than that are not in flight, see <see cref="S3Requests"/>; listings and reads of restores included.</summary>
    private const int MaxConnections = S3Requests.MaxInFlight;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;

    /// <summary>Makes no request. Credentials that are not given are looked for with the first one.</summary>
    public S3Connection(S3Location location, ReplicaAccess access)
    {
        _http = CreateHttp(location);
        var config = new AmazonS3Config
        {
            HttpClientFactory = this,
            ForcePathStyle = location.IsPathStyle,
            MaxErrorRetry = 0,
            MaxStaleConnectionRetries = 0,
            // Each request may go on as long as it makes progress: S3Attempt.
            Timeout = Timeout.InfiniteTimeSpan,
            // Bodies are signed instead (a SHA-256 of each), which every store checks; trailing checksums some refuse.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            DisableLogging = true,
            ClientAppId = "litestream",
        };
        if (location.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.ToString();
            config.AuthenticationRegion = location.Region ?? DefaultRegion;
        }
        else
        {
            config.RegionEndpoint = location.Region is { } region ? RegionEndpoint.GetBySystemName(region)
                : FallbackRegionFactory.GetRegionEndpoint() ?? RegionEndpoint.GetBySystemName(DefaultRegion);
            config.IgnoreConfiguredEndpointUrls = true; // read by us, so that the URL shows it
        }
        Client = access is { AccessKeyId: { } key, SecretAccessKey: { } secret } ? new(key, secret, config) : new(config);
    }

    public AmazonS3Client Client { get; }

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => _http;

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    public void Dispose()
    {
        Client.Dispose();
        _http.Dispose();
    }

    private static HttpClient CreateHttp(S3Location location)
    {
        var sockets = new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout,
            MaxConnectionsPerServer = MaxConnections,
            ConnectCallback = ConnectAsync,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10), // a store's addresses change
            AllowAutoRedirect = false,
            UseCookies = false,
        };
#pragma warning disable CA5359 // asked for by whoever wrote skipVerify=true, for a store with a certificate of its own
        if (location.SkipVerify)
            sockets.SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true };
#pragma warning restore CA5359
        return new(new S3Http(sockets, location.Endpoint is null, location.IsTigris)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>With a send buffer of a fixed size: what the kernel would take of a body in advance is no progress yet.</summary>
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, SendBufferSize = S3Attempt.SendBufferBytes };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
