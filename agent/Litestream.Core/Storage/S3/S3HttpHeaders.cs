namespace Litestream.Storage.S3;

/// <summary>
/// What the SDK does not let one set. It asks for permission before each body (<c>Expect: 100-continue</c>), which costs a round trip, and a store
/// that answers with an error instead may take the next request on that connection for the body.
/// </summary>
internal sealed class S3HttpHeaders(HttpMessageHandler inner, bool isTigris) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.ExpectContinue = false;
        if (isTigris)
            request.Headers.TryAddWithoutValidation("X-Tigris-Consistent", "true");
        return base.SendAsync(request, cancellationToken);
    }
}
