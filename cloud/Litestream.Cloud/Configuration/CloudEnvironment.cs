using Litestream.DynamoDb;

namespace Litestream.Cloud.Configuration;

/// <summary>What the process was given besides its arguments. Read once, in Program.cs; nothing else looks at the environment.</summary>
internal sealed record CloudEnvironment
{
    /// <summary><c>LITESTREAM_FLEET_TABLE</c></summary>
    public string? Table { get; init; }

    /// <summary><c>LITESTREAM_API_TOKENS</c>: a file.</summary>
    public string? TokenFile { get; init; }

    /// <summary><c>LITESTREAM_SCOPE_PREFIX</c>: what a token's issuer puts before every scope, as Cognito does with a resource server: <c>litestream/</c>.</summary>
    public string ScopePrefix { get; init; } = "";

    /// <summary>Of the table: <c>AWS_ENDPOINT_URL_DYNAMODB</c> or <c>AWS_ENDPOINT_URL</c>; null for AWS's own.</summary>
    public string? DynamoDbEndpoint { get; init; }

    /// <summary>Of replicas in buckets: <c>LITESTREAM_S3_ENDPOINT</c>, <c>AWS_ENDPOINT_URL_S3</c> or <c>AWS_ENDPOINT_URL</c>.</summary>
    public string? S3Endpoint { get; init; }

    /// <summary><c>AWS_REGION</c> or <c>AWS_DEFAULT_REGION</c>; null: the AWS SDK looks for it.</summary>
    public string? Region { get; init; }

    /// <summary><c>AWS_LAMBDA_RUNTIME_API</c>, host and port: we are started by Lambda.</summary>
    public string? RuntimeApi { get; init; }

    /// <summary><c>LITESTREAM_ROLE</c>: api or worker.</summary>
    public string? Role { get; init; }

    /// <summary><c>LITESTREAM_DRILL_…</c>, by the flags that they stand for.</summary>
    public IReadOnlyDictionary<string, string> Drills { get; init; } = new Dictionary<string, string>();

    public static CloudEnvironment Read() => new()
    {
        Table = Variable("LITESTREAM_FLEET_TABLE"),
        TokenFile = Variable("LITESTREAM_API_TOKENS"),
        ScopePrefix = Variable("LITESTREAM_SCOPE_PREFIX") ?? "",
        DynamoDbEndpoint = Variable("AWS_ENDPOINT_URL_DYNAMODB") ?? Variable("AWS_ENDPOINT_URL"),
        S3Endpoint = Variable("LITESTREAM_S3_ENDPOINT") ?? Variable("AWS_ENDPOINT_URL_S3") ?? Variable("AWS_ENDPOINT_URL"),
        Region = Variable("AWS_REGION") ?? Variable("AWS_DEFAULT_REGION"),
        RuntimeApi = Variable("AWS_LAMBDA_RUNTIME_API"),
        Role = Variable("LITESTREAM_ROLE"),
        Drills = Flags.OfDrills.Select(flag => (Flag: flag, Value: Variable("LITESTREAM" + flag.Replace('-', '_').ToUpperInvariant())))
            .Where(pair => pair.Value is not null).ToDictionary(pair => pair.Flag, pair => pair.Value!),
    };

    public TableAccess TableAccess => new() { Endpoint = DynamoDbEndpoint, Region = Region };

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
