using Litestream.Agent.Configuration;
using Litestream.Agent.Configuration.ConfigFile;
using Litestream.Storage;

namespace Litestream.Agent.Commands;

/// <summary><c>replicate DB URL...</c>: one database, and each replica exactly where its URL says. The same as a configuration file with this one item.</summary>
internal static class OneDatabase
{
    public static ConfigurationFile Read(IReadOnlyList<string> words, AgentEnvironment environment)
    {
        if (words.Count == 1)
            throw new UsageException($"where to replicate {words[0]} to is missing", $"litestream replicate {words[0]} s3://bucket/path, or file:///folder");
        var path = environment.Absolute(words[0]);
        var points = new PointSettings { Retention = environment.ReadRetention() };
        return new()
        {
            Name = "the command line",
            Path = path,
            Points = points,
            Databases =
            [
                new()
                {
                    At = default,
                    Path = path,
                    Replicas = [.. words.Skip(1).Select(word => Replica(ReplicaChoice.IsUrl(word) ? word : environment.Absolute(word), points))],
                },
            ],
        };
    }

    private static ReplicaEntry Replica(string place, PointSettings points) => new()
    {
        At = default,
        Location = DatedText.Plain(place),
        IsBucket = place.StartsWith("s3://", StringComparison.OrdinalIgnoreCase),
        IsPlainFile = ReplicaChoice.PlainFileExtension(place) is not null,
        Points = points,
    };
}
