using Litestream.Storage;

namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>A replica as the file says it.</summary>
internal sealed record ReplicaEntry
{
    public required Position At { get; init; }

    /// <summary>Complete URL, or an absolute folder.</summary>
    public required DatedText Location { get; init; }

    public required bool IsBucket { get; init; }

    /// <summary>Null: what the environment and the AWS SDK find.</summary>
    public string? AccessKeyId { get; init; }

    public string? SecretAccessKey { get; init; }

    /// <summary>What is said here, then by the database, then by the file.</summary>
    public required PointSettings Points { get; init; }

    /// <summary>
    /// The location is a plain SQLite file that is kept current, its history in a folder beside it; of a directory the folder of such files, one for each
    /// database.
    /// </summary>
    public bool IsPlainFile { get; init; }

    /// <summary>The replica of one database of a directory, a place by itself.</summary>
    /// <param name="relative">Its path in the directory.</param>
    public ReplicaEntry Below(string relative)
    {
        if (relative.Length == 0)
            return this;
        var written = Location.ToString();
        if (!ReplicaChoice.IsUrl(written))
            return this with { Location = Location.After("/" + relative) };
        var escaped = relative.Replace("%", "%25", StringComparison.Ordinal).Replace("?", "%3F", StringComparison.Ordinal).Replace("#", "%23", StringComparison.Ordinal);
        return this with { Location = Location.BeforeQuery("/" + escaped) };
    }

    /// <summary>Opens the place; the replicas of databases lie in it as <paramref name="layout"/> says, null: it is the replica of one.</summary>
    /// <param name="points">Which states it keeps; for one who only reads it does not matter.</param>
    public ReplicaRoot Open(AgentEnvironment environment, TimeProvider time, ILogger log, Func<string, string>? layout = null, RestorePoints? points = null)
    {
        var (root, days) = Location.IsDated ? DayFolders.Split(Location) : (Location.ToString(), null);
        return ReplicaRoot.Parse(root, new()
        {
            AccessKeyId = AccessKeyId ?? environment.AccessKeyId,
            SecretAccessKey = SecretAccessKey ?? environment.SecretAccessKey,
            Endpoint = environment.S3Endpoint,
            Time = time,
            Log = log,
            KeepsPlainFiles = IsPlainFile,
            PathOf = layout ?? (static _ => ""),
            Points = points,
            Days = days,
        });
    }

    /// <summary>As it was, or will be, on a day: a place without days.</summary>
    public ReplicaEntry On(DateOnly day) => this with { Location = DatedText.Plain(Location.On(day)) };
}
