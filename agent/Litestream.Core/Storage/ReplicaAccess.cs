using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Storage;

/// <summary>What the URL of a replica does not say.</summary>
public sealed record ReplicaAccess
{
    /// <summary>Key of an S3 replica. Default: what the AWS SDK finds (environment, profile, role of the machine).</summary>
    public string? AccessKeyId { get; init; }

    /// <summary>The secret that belongs to <see cref="AccessKeyId"/>.</summary>
    public string? SecretAccessKey { get; init; }

    /// <summary>Endpoint for S3 URLs that name none. Default: AWS.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Where the replica of a database of this name is, below the root. Default: <c>databases/&lt;name&gt;</c>; empty: the root is the replica of one.</summary>
    public Func<string, string> PathOf { get; init; } = ReplicaRoot.DefaultPathOf;

    /// <summary>Which states it can be restored to. Null: what the store says for all its replicas.</summary>
    public RestorePoints? Points { get; init; }

    /// <summary>
    /// The path of a database in a folder is a plain SQLite file, kept at its newest state; its LTX files are beside it, in <c>&lt;path&gt;-ltx</c>.
    /// </summary>
    public bool KeepsPlainFiles { get; init; }

    /// <summary>Each day has a folder of its own below the root, in which <see cref="PathOf"/> leads on. Null: there are no days.</summary>
    public DayFolders? Days { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILogger Log { get; init; } = NullLogger.Instance;
}
