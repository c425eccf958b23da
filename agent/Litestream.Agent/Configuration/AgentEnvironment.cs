using Litestream.DynamoDb;

namespace Litestream.Agent.Configuration;

/// <summary>What the process was given besides its arguments. Read once, in Program.cs; nothing else looks at the environment.</summary>
internal sealed record AgentEnvironment
{
    /// <summary>Relative paths are relative to this.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary><c>LITESTREAM_STATE_DIR</c></summary>
    public string? StateDirectory { get; init; }

    /// <summary><c>LITESTREAM_API_TOKEN</c></summary>
    public string? ApiToken { get; init; }

    /// <summary><c>LITESTREAM_API_URL</c>: the API of a fleet.</summary>
    public string? ApiUrl { get; init; }

    /// <summary><c>LITESTREAM_ACCESS_KEY_ID</c>, if <c>AWS_ACCESS_KEY_ID</c> is not set: else the AWS SDK finds credentials by itself.</summary>
    public string? AccessKeyId { get; init; }

    /// <summary><c>LITESTREAM_SECRET_ACCESS_KEY</c>, in the same case.</summary>
    public string? SecretAccessKey { get; init; }

    /// <summary>For S3 URLs without one: <c>LITESTREAM_S3_ENDPOINT</c>, <c>AWS_ENDPOINT_URL_S3</c> or <c>AWS_ENDPOINT_URL</c>.</summary>
    public string? S3Endpoint { get; init; }

    /// <summary>Of the fleet's table: <c>AWS_ENDPOINT_URL_DYNAMODB</c> or <c>AWS_ENDPOINT_URL</c>; null for AWS's own.</summary>
    public string? DynamoDbEndpoint { get; init; }

    /// <summary><c>AWS_REGION</c> or <c>AWS_DEFAULT_REGION</c>; null: the AWS SDK looks in its files, and asks the machine it runs on.</summary>
    public string? Region { get; init; }

    /// <summary><c>XDG_STATE_HOME</c></summary>
    public string? XdgStateHome { get; init; }

    /// <summary><c>HOME</c></summary>
    public string? Home { get; init; }

    /// <summary><c>LITESTREAM_CONFIG</c></summary>
    public string? ConfigurationFile { get; init; }

    /// <summary><c>LITESTREAM_RETENTION</c>, as written.</summary>
    public string? Retention { get; init; }

    /// <summary><c>LITESTREAM_BUFFER_SIZE</c>, as written.</summary>
    public string? BufferSize { get; init; }

    /// <summary><c>NOTIFY_SOCKET</c>: where systemd listens, for a unit of <c>Type=notify</c>.</summary>
    public string? NotifySocket { get; init; }

    /// <summary>Where the machine's id stands.</summary>
    public string MachineIdFile { get; init; } = MachineId.DefaultFile;

    /// <summary>All of them, for what a configuration file expands.</summary>
    public IReadOnlyDictionary<string, string?> Variables { get; init; } = new Dictionary<string, string?>();

    public static AgentEnvironment Read() => new()
    {
        WorkingDirectory = Environment.CurrentDirectory,
        StateDirectory = Variable("LITESTREAM_STATE_DIR"),
        ApiToken = Variable("LITESTREAM_API_TOKEN"),
        ApiUrl = Variable("LITESTREAM_API_URL"),
        AccessKeyId = Variable("AWS_ACCESS_KEY_ID") is null ? Variable("LITESTREAM_ACCESS_KEY_ID") : null,
        SecretAccessKey = Variable("AWS_ACCESS_KEY_ID") is null ? Variable("LITESTREAM_SECRET_ACCESS_KEY") : null,
        S3Endpoint = Variable("LITESTREAM_S3_ENDPOINT") ?? Variable("AWS_ENDPOINT_URL_S3") ?? Variable("AWS_ENDPOINT_URL"),
        DynamoDbEndpoint = Variable("AWS_ENDPOINT_URL_DYNAMODB") ?? Variable("AWS_ENDPOINT_URL"),
        Region = Variable("AWS_REGION") ?? Variable("AWS_DEFAULT_REGION"),
        XdgStateHome = Variable("XDG_STATE_HOME"),
        Home = Variable("HOME"),
        ConfigurationFile = Variable("LITESTREAM_CONFIG"),
        Retention = Variable("LITESTREAM_RETENTION"),
        BufferSize = Variable("LITESTREAM_BUFFER_SIZE"),
        NotifySocket = Variable("NOTIFY_SOCKET"),
        Variables = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(v => (string)v.Key, v => (string?)v.Value, StringComparer.Ordinal),
    };

    public TableAccess TableAccess => new() { Endpoint = DynamoDbEndpoint, Region = Region, AccessKeyId = AccessKeyId, SecretAccessKey = SecretAccessKey };

    /// <summary>Throws when it is no duration.</summary>
    public TimeSpan? ReadRetention()
    {
        if (Retention is not { } text)
            return null;
        return DurationText.TryParse(text, out var retention) && retention >= TimeSpan.FromSeconds(1)
            ? retention
            : throw new LitestreamException($"LITESTREAM_RETENTION: \"{text}\" is no duration of a second or more", hint: "24h, 7d, 30d");
    }

    /// <summary>Memory for page buffers. Throws when it is no size, too small to work with, or more than there is.</summary>
    public long ReadBufferBytes()
    {
        if (BufferSize is not { } text)
            return new StoreOptions { StateDirectory = "" }.BufferBytes;
        if (!SizeText.TryParse(text, out var bytes))
            throw new LitestreamException($"LITESTREAM_BUFFER_SIZE: \"{text}\" is no size", hint: "64MB, 256MiB");
        if (bytes < StoreOptions.LeastBufferBytes)
            throw new LitestreamException($"LITESTREAM_BUFFER_SIZE: {text} is too small; the least is {StoreOptions.LeastBufferBytes >> 20}MiB");
        return bytes <= GC.GetGCMemoryInfo().TotalAvailableMemoryBytes
            ? bytes
            : throw new LitestreamException($"LITESTREAM_BUFFER_SIZE: {text} is more than the {SizeText.Format(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)} that this machine has");
    }

    /// <summary>The absolute form of a path that a user wrote.</summary>
    public string Absolute(string path) => Path.GetFullPath(path, WorkingDirectory);

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
