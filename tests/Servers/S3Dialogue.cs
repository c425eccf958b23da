using System.Globalization;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace Litestream.Tests.Servers;

/// <summary>From a request to its answer.</summary>
internal sealed class S3Dialogue(S3Server server)
{
    private S3Store Store => server.Store;

    public S3Answer Answer(S3ServerRequest request)
    {
        // Behind the key a host may have a name of its own.
        if (request.Header("Authorization") is not { } authorization || !authorization.Contains($"Credential={S3Server.AccessKeyId}", StringComparison.Ordinal))
            return S3Answer.Error(403, "InvalidAccessKeyId");
        if (request.Header("x-amz-content-sha256") is { Length: 64 } digest && digest != Convert.ToHexStringLower(SHA256.HashData(request.Body)))
            return S3Answer.Error(400, "XAmzContentSHA256Mismatch");
        if (!Store.HasBucket(request.Bucket))
            return S3Answer.Error(404, "NoSuchBucket");
        return request switch
        {
            { Method: "GET", Key: "" } when request.Query.ContainsKey("uploads") => ListUploads(request),
            { Method: "GET", Key: "" } => List(request),
            { Method: "POST", Key: "" } when request.Query.ContainsKey("delete") => DeleteMany(request),
            { Method: "PUT", IsPart: true } => Store.AddPart(request.Query["uploadId"], int.Parse(request.Query["partNumber"], CultureInfo.InvariantCulture), request.Body)
                ? Tagged(request.Body) : S3Answer.Error(404, "NoSuchUpload"),
            { Method: "PUT" } => Put(request),
            { Method: "POST" } when request.Query.ContainsKey("uploads") => S3Answer.Xml(200,
                $"<InitiateMultipartUploadResult><UploadId>{Store.BeginUpload(request.Key, Kept(request))}</UploadId></InitiateMultipartUploadResult>"),
            { Method: "POST" } when request.Query.TryGetValue("uploadId", out var upload) => Complete(request, upload),
            { Method: "DELETE" } when request.Query.TryGetValue("uploadId", out var upload) => Store.AbortUpload(upload) ? S3Answer.Empty(204) : S3Answer.Error(404, "NoSuchUpload"),
            { Method: "DELETE" } => Delete(request),
            { Method: "GET" or "HEAD" } => Get(request),
            _ => S3Answer.Error(501, "NotImplemented"),
        };
    }

    private S3Answer Put(S3ServerRequest request)
    {
        if (request.Header("If-None-Match") is not null && server.RefusesConditions)
            return S3Answer.Error(501, "NotImplemented");
        return Store.Put(request.Bucket, request.Key, request.Body, Kept(request), IsConditional(request)) ? Tagged(request.Body) : S3Answer.Error(412, "PreconditionFailed");
    }

    private S3Answer Complete(S3ServerRequest request, string upload) => Store.CompleteUpload(request.Bucket, upload, IsConditional(request)) switch
    {
        null => S3Answer.Error(404, "NoSuchUpload"),
        false => S3Answer.Error(412, "PreconditionFailed"),
        true => S3Answer.Xml(200, "<CompleteMultipartUploadResult><ETag>\"whole\"</ETag></CompleteMultipartUploadResult>"),
    };

    private S3Answer Get(S3ServerRequest request)
    {
        if (!Store.TryGet(request.Bucket, request.Key, out var found))
            return request.Method == "HEAD" ? S3Answer.Empty(404) : S3Answer.Error(404, "NoSuchKey");
        var headers = new Dictionary<string, string>(found.Headers) { ["ETag"] = $"\"{found.Tag}\"", ["Last-Modified"] = found.StoredAt.ToString("R", CultureInfo.InvariantCulture) };
        if (request.Method == "HEAD")
            return new(200, [], new Dictionary<string, string>(headers) { ["x-length"] = $"{found.Content.Length}" });
        if (request.Header("Range") is not { } range)
            return new(200, found.Content, headers);
        var bounds = range["bytes=".Length..].Split('-');
        var first = long.Parse(bounds[0], CultureInfo.InvariantCulture);
        if (first >= found.Content.Length)
            return S3Answer.Error(416, "InvalidRange");
        var last = Math.Min(bounds[1].Length == 0 ? long.MaxValue : long.Parse(bounds[1], CultureInfo.InvariantCulture), found.Content.Length - 1);
        headers["Content-Range"] = $"bytes {first}-{last}/{found.Content.Length}";
        return new(206, found.Content[(int)first..(int)(last + 1)], headers);
    }

    private S3Answer List(S3ServerRequest request)
    {
        var (prefix, delimiter) = (request.Query.GetValueOrDefault("prefix", ""), request.Query.GetValueOrDefault("delimiter"));
        var most = int.Parse(request.Query.GetValueOrDefault("max-keys", "1000"), CultureInfo.InvariantCulture);
        var after = request.Query.GetValueOrDefault("continuation-token", "");
        var entries = Store.List(request.Bucket, prefix).Select(o => (Name: FolderOf(o.Key, prefix, delimiter) ?? o.Key, IsFolder: FolderOf(o.Key, prefix, delimiter) is not null, o.Value))
            .DistinctBy(e => e.Name).Where(e => string.CompareOrdinal(e.Name, after) > 0).ToList();
        var page = entries.Take(most).ToList();
        var xml = new StringBuilder("<ListBucketResult>");
        xml.Append(CultureInfo.InvariantCulture, $"<IsTruncated>{(entries.Count > most ? "true" : "false")}</IsTruncated><KeyCount>{page.Count}</KeyCount>");
        if (entries.Count > most)
            xml.Append(CultureInfo.InvariantCulture, $"<NextContinuationToken>{SecurityElement.Escape(page[^1].Name)}</NextContinuationToken>");
        foreach (var entry in page)
        {
            xml.Append(entry.IsFolder
                ? $"<CommonPrefixes><Prefix>{SecurityElement.Escape(entry.Name)}</Prefix></CommonPrefixes>"
                : $"<Contents><Key>{SecurityElement.Escape(entry.Name)}</Key><LastModified>{entry.Value.StoredAt:yyyy-MM-ddTHH:mm:ss.000Z}</LastModified><ETag>&quot;{entry.Value.Tag}&quot;</ETag><Size>{entry.Value.Content.Length}</Size></Contents>");
        }
        return S3Answer.Xml(200, xml.Append("</ListBucketResult>").ToString());
    }

    private S3Answer ListUploads(S3ServerRequest request)
    {
        var uploads = Store.ListUploads(request.Query.GetValueOrDefault("prefix", "")).Select(u =>
            $"<Upload><Key>{SecurityElement.Escape(u.Key)}</Key><UploadId>{u.Id}</UploadId><Initiated>{u.Begun:yyyy-MM-ddTHH:mm:ss.000Z}</Initiated></Upload>");
        return S3Answer.Xml(200, $"<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>{string.Concat(uploads)}</ListMultipartUploadsResult>");
    }

    private S3Answer Delete(S3ServerRequest request)
    {
        Store.Delete(request.Bucket, request.Key);
        return S3Answer.Empty(204);
    }

    private S3Answer DeleteMany(S3ServerRequest request)
    {
        if (server.RefusesBatches)
            return S3Answer.Error(501, "NotImplemented");
        foreach (var key in XDocument.Parse(Encoding.UTF8.GetString(request.Body)).Descendants().Where(e => e.Name.LocalName == "Key"))
            Store.Delete(request.Bucket, key.Value);
        return S3Answer.Xml(200, "<DeleteResult></DeleteResult>");
    }

    private bool IsConditional(S3ServerRequest request) => request.Header("If-None-Match") == "*" && !server.IgnoresConditions;

    private static S3Answer Tagged(byte[] content) =>
        new(200, [], new Dictionary<string, string> { ["ETag"] = $"\"{S3Object.TagOf(content)}\"" });

    private static Dictionary<string, string> Kept(S3ServerRequest request) => request.Headers
        .Where(h => h.Key.StartsWith("x-amz-meta-", StringComparison.OrdinalIgnoreCase) || h.Key.StartsWith("x-amz-server-side-", StringComparison.OrdinalIgnoreCase)
            || h.Key.Equals("x-amz-storage-class", StringComparison.OrdinalIgnoreCase))
        .ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value);

    private static string? FolderOf(string key, string prefix, string? delimiter)
    {
        var end = delimiter is null ? -1 : key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
        return end < 0 ? null : key[..(end + 1)];
    }
}
