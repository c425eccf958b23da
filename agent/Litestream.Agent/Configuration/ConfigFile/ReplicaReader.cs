using Litestream.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>Reads one replica: a URL, or its parts. What can be said by parts becomes one URL, which every message shows.</summary>
internal sealed class ReplicaReader(ReaderContext context, MappingReader top, PointSettings above, bool isOfDirectory)
{
    private const string S3 = "s3://";

    /// <summary>Which key is which parameter of an S3 URL.</summary>
    private static readonly (string Key, string Parameter)[] Parameters =
    [
        ("endpoint", "endpoint"), ("region", "region"), ("force-path-style", "forcePathStyle"), ("skip-verify", "skipVerify"), ("sign-payload", "signPayload"),
        ("storage-class", "storageClass"), ("part-size", "partSize"), ("concurrency", "concurrency"), ("sse", "sse"), ("sse-kms-key-id", "sseKmsKeyId"),
    ];

    private static readonly string[] PartsOfPlace = ["type", "path", "bucket"];
    private static readonly string[] Types = ["file", "s3"];
    private static readonly string[] OtherTypes = ["gs", "abs", "oss", "sftp", "nats", "webdav"];

    /// <summary>Null when something is wrong with it.</summary>
    public ReplicaEntry? Read(YamlNode node)
    {
        var before = context.Problems.Count;
        var entry = node.Kind == YamlKind.Scalar ? ReadShort(node) : ReadMapping(node);
        if (entry is not null && before == context.Problems.Count)
            Check(entry);
        return before == context.Problems.Count ? entry : null;
    }

    /// <summary>Only a URL or a folder.</summary>
    private ReplicaEntry ReadShort(YamlNode node)
    {
        var location = context.Expansion.ExpandPath(node);
        return IsUrl(location)
            ? Of(node.At, IsBucket(location) ? WithParameters(location, null) : location, IsBucket(location), null, above)
            : Of(node.At, Absolute(location), false, null, above);
    }

    private ReplicaEntry? ReadMapping(YamlNode node)
    {
        if (MappingReader.Open(node, KeyTables.Replica, context) is not { } mapping)
            return null;
        var points = PointReader.Read(mapping, context).Within(above);
        if (mapping.Path("url") is { } url)
            return ReadUrl(mapping, url, points);
        var type = Type(mapping);
        if (type == "s3")
            return ReadBucket(mapping, points);
        foreach (var key in mapping.Keys.Where(IsOfBucket))
            context.Problems.Add(mapping.PositionOf(key), $"{key} is about a bucket, and this replica is a folder", "add type: s3 and bucket: NAME, or remove the key");
        if (mapping.Path("path") is { } path)
            return Of(mapping.At, Absolute(path.Value), false, mapping, points);
        context.Problems.Add(mapping.At, "a replica needs url, or type: file with path, or type: s3 with bucket");
        return null;
    }

    private ReplicaEntry ReadUrl(MappingReader mapping, Located<DatedText> url, PointSettings points)
    {
        foreach (var key in PartsOfPlace.Where(mapping.Has))
            context.Problems.Add(mapping.PositionOf(key), $"url and {key} both say where the replica is", $"remove one of them; url in line {url.At.Line} says all of it");
        if (!IsUrl(url.Value))
            context.Problems.Add(url.At, $"\"{url.Value}\" is no URL", "s3://bucket/path or file:///folder; a folder by itself goes into path");
        var isBucket = IsBucket(url.Value);
        foreach (var key in isBucket ? [] : mapping.Keys.Where(IsOfBucket))
            context.Problems.Add(mapping.PositionOf(key), $"{key} is about a bucket, and {url.Value} is none");
        return Of(mapping.At, isBucket ? WithParameters(url.Value, mapping) : url.Value, isBucket, mapping, points);
    }

    private ReplicaEntry? ReadBucket(MappingReader mapping, PointSettings points)
    {
        if ((mapping.Text("bucket") ?? top.Text("bucket")) is not { } bucket)
        {
            context.Problems.Add(mapping.At, "type s3 needs a bucket", "add bucket: NAME");
            return null;
        }
        if (bucket.Value.AsSpan().ContainsAny("/?#:"))
            context.Problems.Add(bucket.At, $"\"{bucket.Value}\" is no bucket's name", "what follows a slash goes into path");
        var path = mapping.Path("path")?.Value.With(p => p.Replace("%", "%25", StringComparison.Ordinal).Replace("?", "%3F", StringComparison.Ordinal).Replace("#", "%23", StringComparison.Ordinal));
        var url = path is null ? DatedText.Plain(S3 + bucket.Value) : path.With(p => p).Before($"{S3}{bucket.Value}/");
        return Of(mapping.At, WithParameters(url, mapping), true, mapping, points);
    }

    /// <summary>The replica's own keys, then those that the file says for all.</summary>
    private DatedText WithParameters(DatedText url, MappingReader? mapping)
    {
        var written = url.ToString();
        foreach (var (key, parameter) in Parameters)
        {
            var isInUrl = written.Contains($"?{parameter}=", StringComparison.OrdinalIgnoreCase) || written.Contains($"&{parameter}=", StringComparison.OrdinalIgnoreCase);
            var own = mapping?.Text(key);
            if (own is not null && isInUrl)
                context.Problems.Add(own.Value.At, $"{key} and the URL both say it", $"leave {parameter}= out of the URL, or remove the key");
            if (isInUrl || (own ?? top.Text(key)) is not { } value)
                continue;
            url = url.After($"{(url.ToString().Contains('?', StringComparison.Ordinal) ? '&' : '?')}{parameter}={Escape(value.Value)}");
        }
        return url;
    }

    private ReplicaEntry Of(Position at, DatedText location, bool isBucket, MappingReader? mapping, PointSettings points)
    {
        var from = isBucket && mapping is not null && (mapping.Has("access-key-id") || mapping.Has("secret-access-key")) ? mapping : top;
        var (key, secret) = isBucket ? (from.Text("access-key-id"), from.Text("secret-access-key")) : (null, null);
        if (key is null != secret is null)
            context.Problems.Add((key ?? secret)!.Value.At, $"{(key is null ? "secret-access-key" : "access-key-id")} stands alone", "the other of the two is missing; without both, the AWS SDK looks for credentials by itself");
        var entry = new ReplicaEntry { At = at, Location = location, IsBucket = isBucket, AccessKeyId = key?.Value, SecretAccessKey = secret?.Value, Points = points };
        return isBucket ? entry : AsPlainFile(entry);
    }

    /// <summary>A path that ends like a database's is a plain SQLite file; of a directory <c>*.db</c>, as one file cannot be many databases.</summary>
    private ReplicaEntry AsPlainFile(ReplicaEntry entry)
    {
        var written = entry.Location.ToString();
        if (ReplicaChoice.PlainFileExtension(written) is not { } extension)
            return entry;
        if (entry.Location.IsDated)
            context.Problems.Add(entry.At, $"{written} would be another SQLite file each day, and one is kept current", "name a folder for the days, or a file without a date");
        var isEach = written.EndsWith("/*" + extension, StringComparison.OrdinalIgnoreCase);
        if (isOfDirectory && !isEach)
            context.Problems.Add(entry.At, $"{written} names one SQLite file, and dir stands for many databases",
                $"{written[..(written.LastIndexOf('/') + 1)]}*{extension} keeps a plain file for each; a path that does not end in {extension} is a folder");
        else if (!isOfDirectory && isEach)
            context.Problems.Add(entry.At, $"the * of {written} stands for the databases of a dir, and this is one database", "name the file");
        return entry with { IsPlainFile = true, Location = isEach ? entry.Location.WithoutEnd(extension.Length + 2) : entry.Location };
    }

    /// <summary>What the storage says of such a place, without asking it anything.</summary>
    private void Check(ReplicaEntry entry)
    {
        try
        {
            entry.Open(context.Environment, context.Time, NullLogger.Instance).Dispose();
        }
        catch (LitestreamException error)
        {
            context.Problems.Add(entry.At, error.Message, error.Hint);
        }
    }

    private string Type(MappingReader mapping)
    {
        if (mapping.Text("type") is not { } type)
            return mapping.Has("bucket") ? "s3" : "file";
        if (OtherTypes.Contains(type.Value, StringComparer.Ordinal))
            context.Problems.Add(type.At, $"type {type.Value} is not available: this program replicates to folders and to S3", "type: s3 with an endpoint works with most stores");
        else
            _ = mapping.OneOf("type", Types);
        return type.Value;
    }

    private DatedText Absolute(DatedText path)
    {
        var written = path.ToString();
        if (IsUrl(path) || written.StartsWith('/'))
            return path;
        if (written.StartsWith('~') && context.Environment.Home is { } home && (written.Length == 1 || written[1] == '/'))
            return path.With(p => p.StartsWith('~') ? home + p[1..] : p);
        return path.Before(context.Environment.WorkingDirectory.TrimEnd('/') + "/");
    }

    /// <summary>As little as can be: an endpoint stays readable.</summary>
    private static string Escape(string value) => Uri.EscapeDataString(value).Replace("%3A", ":", StringComparison.Ordinal).Replace("%2F", "/", StringComparison.Ordinal);

    private static bool IsUrl(DatedText text) => ReplicaChoice.IsUrl(text.ToString());

    private static bool IsBucket(DatedText text) => text.ToString().StartsWith(S3, StringComparison.OrdinalIgnoreCase);

    private static bool IsOfBucket(string key) => key is "bucket" or "access-key-id" or "secret-access-key" || Parameters.Any(p => p.Key == key);
}
