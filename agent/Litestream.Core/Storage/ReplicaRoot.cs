namespace Litestream.Storage;

/// <summary>
/// A place that holds the replicas of many databases, named by one URL (<c>file:///var/backups</c>; <c>s3://</c> comes with
/// its own implementation). Opens the storage of one database below it.
/// </summary>
public sealed class ReplicaRoot
{
    /// <summary>Reads a replica URL. Throws <see cref="LitestreamException"/> with a hint when it is not one.</summary>
    public static ReplicaRoot Parse(string url) => throw new NotImplementedException(url);

    /// <summary>The URL, normalised, without secrets.</summary>
    public string Url => throw new NotImplementedException();

    /// <summary><c>file</c> or <c>s3</c>.</summary>
    public string Kind => throw new NotImplementedException();

    /// <summary>The folder of a <c>file://</c> replica, else null.</summary>
    public string? LocalFolder => throw new NotImplementedException();

    /// <summary>The storage of one database; <paramref name="path"/> is relative, e.g. <c>databases/&lt;guid&gt;</c>, or empty for the root itself.</summary>
    public IReplicaStorage Open(string path) => throw new NotImplementedException(path);

    /// <summary>Requests so far by operation (PUT, GET, LIST, DELETE), over all databases below this root.</summary>
    public IReadOnlyDictionary<string, long> Requests => throw new NotImplementedException();
}
