namespace Litestream.Storage.S3;

/// <summary>
/// Reads a replica URL: <c>s3://bucket/path?endpoint=…&amp;region=…</c>, with the forms and names of genuine Litestream, so that its URLs work here and
/// ours there. What it does not know it refuses: a typing error must not become another place.
/// </summary>
internal static class S3Url
{
    public const string Scheme = "s3://";

    private const string ArnMark = "arn:";

    /// <summary>Throws <see cref="LitestreamException"/> with a hint.</summary>
    /// <param name="url">Begins with <see cref="Scheme"/>.</param>
    /// <param name="defaultEndpoint">For URLs that name none.</param>
    public static S3Location Parse(string url, string? defaultEndpoint)
    {
        var rest = url[Scheme.Length..];
        var mark = rest.IndexOf('?', StringComparison.Ordinal);
        var query = mark < 0 ? "" : rest[(mark + 1)..];
        rest = mark < 0 ? rest : rest[..mark];
        if (query.Contains('#') || rest.Contains('#'))
            throw Malformed(url, "it has a fragment (#)");

        var (authority, path) = Split(url, rest);
        if (authority.Contains('@'))
            throw WithCredentials();
        var location = S3Provider.Of(authority) ?? throw Malformed(url, $"\"{authority}\" is no bucket's name");
        if (location.Bucket.Length == 0)
            throw Malformed(url, "the bucket is missing");
        location = location with
        {
            Prefix = Normalise(url, Uri.UnescapeDataString(path ?? "")),
            KeysWithoutPath = path is null ? authority.StartsWith(ArnMark, StringComparison.Ordinal) ? "" : "./" : "/",
        };
        var isPlain = authority == location.Bucket && !authority.StartsWith(ArnMark, StringComparison.Ordinal);
        if (authority != location.Bucket)
            location = location with { Parameters = [.. ShownFor(location)] }; // the host said it: the URL that we show says it in words
        location = S3Parameters.Apply(location, url, query);
        if (location.Endpoint is null && defaultEndpoint is not null && isPlain)
            location = S3Parameters.WithEndpoint(location, url, defaultEndpoint);
        if (!location.SignPayload && location.Endpoint is { Scheme: "http" })
            throw Malformed(url, "signPayload=false needs an https endpoint: nothing else would protect the content");
        return S3Provider.WithQuirks(location);
    }

    /// <summary>Shows the URL without its query, in which people try to hide secrets.</summary>
    public static LitestreamException Malformed(string url, string why) => new(
        $"\"{url.Split('?')[0]}\" names no replica: {why}", hint: "write s3://bucket/path?endpoint=https://host&region=us-east-1 (endpoint only for stores other than AWS)");

    public static LitestreamException WithCredentials() => new(
        "an S3 URL does not hold credentials: every message and every list of processes would show them", hint: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or LITESTREAM_…)");

    /// <summary>Null for the path: not even a slash.</summary>
    private static (string Authority, string? Path) Split(string url, string rest)
    {
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        if (rest.StartsWith(ArnMark, StringComparison.Ordinal))
        {
            // arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME/path
            if (slash < 0)
                throw Malformed(url, "an access point's ARN ends with accesspoint/NAME");
            slash = rest.IndexOf('/', slash + 1);
        }
        return slash < 0 ? (rest, null) : (rest[..slash], rest[(slash + 1)..]);
    }

    private static IEnumerable<(string Name, string Value)> ShownFor(S3Location location)
    {
        if (location.Endpoint is { } endpoint)
            yield return ("endpoint", endpoint.GetLeftPart(UriPartial.Authority));
        if (location.Region is { } region)
            yield return ("region", region);
        if (location.ForcePathStyle == true)
            yield return ("forcePathStyle", "true");
    }

    private static string Normalise(string url, string path)
    {
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(s => s != ".").ToList();
        if (segments.Contains("..") || path.Contains('\0', StringComparison.Ordinal))
            throw Malformed(url, "the path has a part \"..\"");
        return string.Join('/', segments);
    }
}
