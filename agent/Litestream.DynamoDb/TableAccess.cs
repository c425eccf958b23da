namespace Litestream.DynamoDb;

/// <summary>How to reach DynamoDB. What is missing is looked for by the AWS SDK: in the environment, its files, the role of the machine or the function.</summary>
public sealed record TableAccess
{
    /// <summary>URL of a server that is not AWS's own. Default: AWS.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Default: what the AWS SDK finds, else us-east-1.</summary>
    public string? Region { get; init; }

    public string? AccessKeyId { get; init; }

    /// <summary>The secret that belongs to <see cref="AccessKeyId"/>.</summary>
    public string? SecretAccessKey { get; init; }
}
