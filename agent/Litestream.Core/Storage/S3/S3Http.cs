namespace Litestream.Storage.S3;

/// <summary>
/// What the SDK does not let one set. It asks for permission before each body (<c>Expect: 100-continue</c>), which costs a round trip, and a store
/// that answers with an error instead may take the next request on that connection for the body. And it follows redirections as only AWS sends them,
/// with an exception of its own for all others, and without an end.
/// </summary>
internal sealed class S3Http(HttpMessageHandler inner, bool isAws, bool isTigris) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.ExpectContinue = false;
        if (isTigris)
            request.Headers.TryAddWithoutValidation("X-Tigris-Consistent", "true");
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (!isAws)
            response.Headers.Location = null; // there is nothing to follow, and the status says enough
        return response;
    }
}
