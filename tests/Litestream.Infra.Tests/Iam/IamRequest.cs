using System.Text.RegularExpressions;
using System.Xml.Linq;
using Litestream.Tests.Servers;

namespace Litestream.Infra.Tests.Iam;

/// <summary>A request as IAM sees it: an action on a resource, and what else is known of it.</summary>
/// <param name="Action">s3:PutObject</param>
/// <param name="Resource">What follows the ARN of the bucket or the table: "" or /databases/…</param>
/// <param name="Keys">Condition keys with their values.</param>
internal sealed partial record IamRequest(string Action, string Resource, IReadOnlyDictionary<string, string[]> Keys)
{
    /// <summary>What a request to a bucket needs; a deletion in batches several.</summary>
    public static IEnumerable<IamRequest> Of(S3ServerRequest request) => request switch
    {
        { Method: "GET", Key: "" } when request.Query.ContainsKey("uploads") => [Bare("s3:ListBucketMultipartUploads", "")],
        { Method: "GET", Key: "" } => [new("s3:ListBucket", "", request.Query.TryGetValue("prefix", out var prefix) ? new Dictionary<string, string[]> { ["s3:prefix"] = [prefix] } : [])],
        { Method: "GET" or "HEAD" } => [Bare("s3:GetObject", "/" + request.Key)],
        { Method: "POST", Key: "" } when request.Query.ContainsKey("delete") =>
            XDocument.Load(new MemoryStream(request.Body)).Descendants().Where(e => e.Name.LocalName == "Key").Select(e => Bare("s3:DeleteObject", "/" + e.Value)),
        { Method: "DELETE" } => [Bare(request.Query.ContainsKey("uploadId") ? "s3:AbortMultipartUpload" : "s3:DeleteObject", "/" + request.Key)],
        { Method: "PUT" or "POST" } => [Writing(request)],
        _ => throw new ArgumentException($"no action is known for {request}"),
    };

    /// <summary>What a request to a table needs. Its leading keys are the partitions it is about.</summary>
    public static IamRequest Of(TableServerRequest request)
    {
        var index = request.Body.TryGetProperty("IndexName", out var name) ? $"/index/{name.GetString()}" : "";
        var partition = request.Operation == "Query"
            ? request.Body.GetProperty("ExpressionAttributeValues").GetProperty(PartitionOf().Match(request.Body.GetProperty("KeyConditionExpression").GetString()!).Groups[1].Value).GetProperty("S").GetString()!
            : request.Item.Partition;
        return new($"dynamodb:{request.Operation}", index, new Dictionary<string, string[]> { ["dynamodb:LeadingKeys"] = [partition] });
    }

    public override string ToString() => $"{Action} on {(Resource.Length == 0 ? "it all" : Resource)} ({string.Join(' ', Keys.Select(k => $"{k.Key}={string.Join(',', k.Value)}"))})";

    /// <summary>Beginning a multipart upload and writing a part make no object; the rest does.</summary>
    private static IamRequest Writing(S3ServerRequest request)
    {
        var makesObject = !request.IsPart && !request.Query.ContainsKey("uploads");
        var keys = new Dictionary<string, string[]> { ["s3:ObjectCreationOperation"] = [makesObject ? "true" : "false"] };
        if (request.Header("If-None-Match") is { } condition)
            keys["s3:if-none-match"] = [condition];
        return new("s3:PutObject", "/" + request.Key, keys);
    }

    private static IamRequest Bare(string action, string resource) => new(action, resource, new Dictionary<string, string[]>());

    [GeneratedRegex(@"^\s*#?\w+\s*=\s*(:\w+)")]
    private static partial Regex PartitionOf();
}
