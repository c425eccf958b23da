using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Litestream.Tests.Servers;

namespace Litestream.Infra.Tests.Iam;

/// <summary>
/// Statements of a template, asked as IAM would: allowed by one, and denied by none. Knows the conditions that the templates use and no other. References to a
/// bucket or table count as that, whatever they are called.
/// </summary>
internal sealed class Grants(IEnumerable<JsonObject> statements)
{
    private readonly List<JsonObject> _statements = [.. statements];

    /// <summary>Statements that allowed something.</summary>
    public ConcurrentDictionary<string, int> Used { get; } = new();

    /// <summary>Requests that were refused.</summary>
    public ConcurrentQueue<IamRequest> Refused { get; } = new();

    /// <summary>As a bucket answers: what may not be listed is not said to be missing either.</summary>
    public S3ServerFault Judge(S3ServerRequest request, Func<string, bool> exists)
    {
        var needed = IamRequest.Of(request).ToList();
        if (needed is [{ Action: "s3:GetObject" } read] && !exists(request.Key))
            needed.Add(new("s3:ListBucket", "", read.Keys));
        return needed.TrueForAll(Allows) ? S3ServerFault.None : S3ServerFault.Denied;
    }

    public TableServerFault Judge(TableServerRequest request) => Allows(IamRequest.Of(request)) ? TableServerFault.None : TableServerFault.Denied;

    private bool Allows(IamRequest request)
    {
        var allowing = _statements.Find(s => IsEffect(s, "Allow") && Covers(s, request));
        if (allowing is null || _statements.Exists(s => IsEffect(s, "Deny") && Covers(s, request)))
        {
            Refused.Enqueue(request);
            return false;
        }
        Used.AddOrUpdate(allowing["Sid"]!.GetValue<string>(), 1, (_, n) => n + 1);
        return true;
    }

    private static bool IsEffect(JsonObject statement, string effect) => statement["Effect"]!.GetValue<string>() == effect;

    private static bool Covers(JsonObject statement, IamRequest request) =>
        Template.Many(statement["Action"]).Any(action => IsLike(request.Action, action.GetValue<string>()))
        && Template.Many(statement["Resource"]).Any(resource => IsLike(request.Resource, Behind(resource)))
        && (statement["Condition"]?.AsObject() ?? []).All(condition => condition.Value!.AsObject().All(key => Holds(condition.Key, Values(key.Value), request.Keys.GetValueOrDefault(key.Key))));

    private static bool Holds(string condition, string[] expected, string[]? found) => condition switch
    {
        "StringLike" => found is not null && Array.Exists(found, f => Array.Exists(expected, e => IsLike(f, e))),
        "StringLikeIfExists" => found is null || Array.Exists(found, f => Array.Exists(expected, e => IsLike(f, e))),
        "ForAllValues:StringLike" => found is null || Array.TrueForAll(found, f => Array.Exists(expected, e => IsLike(f, e))),
        "Null" => expected is ["true"] == found is null,
        "Bool" => found is not null && expected[0] == found[0],
        // All traffic is encrypted where it counts; this store is on loopback.
        "NumericLessThan" => false,
        _ => throw new ArgumentException($"no condition {condition} is known here"),
    };

    /// <summary>What stands behind the reference.</summary>
    private static string Behind(JsonNode resource) => resource is JsonObject join && join["Fn::Join"] is JsonArray parts
        ? string.Concat(parts[1]!.AsArray().Skip(1).Select(p => p!.GetValue<string>()))
        : "";

    private static string[] Values(JsonNode? node) => [.. Template.Many(node).Select(v => v.ToString())];

    private static bool IsLike(string text, string pattern) => Regex.IsMatch(text, "^" + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal) + "$", RegexOptions.Singleline);
}
