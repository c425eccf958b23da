using Litestream.Agent.Interop;
using Litestream.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Agent.Configuration;

/// <summary>Which replica is meant, and whether it protects against anything.</summary>
internal static class ReplicaChoice
{
    public const string DefaultFolder = "backups";

    private static readonly string[] DatabaseExtensions = [".db", ".sqlite", ".sqlite3"];

    /// <summary>A URL, or a folder's path, or nothing (<c>./backups</c>). Throws <see cref="LitestreamException"/> when it is none of them.</summary>
    public static ReplicaRoot Open(string? given, AgentEnvironment environment, ILogger? log = null) =>
        ReplicaRoot.Parse(given is not null && IsUrl(given) ? given : environment.Absolute(given ?? DefaultFolder), AccessOf(environment, log));

    /// <summary>The replica of one database, by its URL, its folder, or the plain SQLite file that it keeps current.</summary>
    public static ReplicaRoot OpenOne(string given, AgentEnvironment environment, ILogger? log = null)
    {
        var place = IsUrl(given) ? given : environment.Absolute(given);
        return ReplicaRoot.ParseOne(place, AccessOf(environment, log));
    }

    /// <summary>Something that <see cref="OpenOne"/> opens, and no name that somebody must look up.</summary>
    public static bool IsPlace(string given, AgentEnvironment environment) =>
        IsUrl(given) || Directory.Exists(environment.Absolute(given)) || ReplicaRoot.IsPlainFile(environment.Absolute(given));

    /// <summary>
    /// How the path or <c>file://</c> URL of a folder ends that means a plain SQLite file, to be kept current; null when it means a folder of LTX files.
    /// </summary>
    public static string? PlainFileExtension(string place) =>
        IsUrl(place) && !place.StartsWith("file://", StringComparison.OrdinalIgnoreCase) ? null : DatabaseExtensions.FirstOrDefault(e => place.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    public static bool IsUrl(string text) => text.Contains("://", StringComparison.Ordinal);

    /// <summary>Null when the replica is elsewhere; else what the operator should know.</summary>
    public static string? Warning(ReplicaRoot replica, IEnumerable<string> watched)
    {
        if (replica.LocalFolder is not { } folder)
            return null;
        var place = Nearest(folder);
        var shared = watched.FirstOrDefault(path => Nearest(path) is var data && data.Exists && data.Device == place.Device);
        return shared is null || !place.Exists
            ? null
            : $"the replica {folder} is on the same file system as {shared}: a lost disk loses both";
    }

    private static ReplicaAccess AccessOf(AgentEnvironment environment, ILogger? log) => new()
    {
        AccessKeyId = environment.AccessKeyId,
        SecretAccessKey = environment.SecretAccessKey,
        Endpoint = environment.S3Endpoint,
        Log = log ?? NullLogger.Instance,
    };

    /// <summary>What stands at the path, or at the nearest folder above it that exists.</summary>
    private static FileFacts Nearest(string path)
    {
        for (var here = path; here is not null; here = Path.GetDirectoryName(here))
        {
            var facts = FileFacts.Read(here, followLinks: true);
            if (facts.Exists)
                return facts;
        }
        return default;
    }
}
