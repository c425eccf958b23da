namespace Litestream.Storage.S3;

/// <summary>Replicas in a bucket: one client, one connection pool, one retry policy for all of them.</summary>
internal sealed class S3Root : ReplicaRoot
{
    public const string KindName = "s3";

    private readonly S3Location _location;
    private readonly ReplicaAccess _access;
    private readonly Lazy<Parts> _parts;

    /// <summary>Does no I/O; even the client is made with the first request.</summary>
    public S3Root(S3Location location, ReplicaAccess access)
    {
        (_location, _access, Url) = (location, access, location.UrlOf(""));
        _parts = new(Connect);
    }

    public override string Url { get; }

    private protected override string IdentityOfRoot => _location.Identity;

    public override string Kind => KindName;

    public override string? Bucket => _location.Bucket;

    public override Fencing Fencing => _parts.IsValueCreated ? _parts.Value.Fence.State : Fencing.Unknown;

    public override async Task CheckAsync(CancellationToken cancellationToken) => await _parts.Value.Fence.IsEnforcedAsync(cancellationToken).ConfigureAwait(false);

    public override IAsyncEnumerable<string> ListFoldersAsync(string path, CancellationToken cancellationToken) =>
        _parts.Value.Bucket.ListFoldersAsync(_location.FoldersBelow(path), Total, cancellationToken);

    public override string UrlOf(string path) => _location.UrlOf(path);

    public override void Dispose()
    {
        if (!_parts.IsValueCreated)
            return;
        _parts.Value.Fence.Dispose();
        _parts.Value.Bucket.Requests.Dispose();
        _parts.Value.Connection.Dispose();
    }

    internal override IPlainFiles OpenPlain(string path) => new S3PlainFiles(_parts.Value.Bucket, path, Total);

    private protected override IReplicaStorage OpenChecked(string path, RequestCounters counters) =>
        new S3Storage(_parts.Value.Bucket, _parts.Value.Fence, path, counters, _access.Time, _access.Log);

    private Parts Connect()
    {
        if (_location.SkipVerify)
            _access.Log.CertificateUnchecked(_location.Store);
        var connection = new S3Connection(_location, _access);
        var bucket = new S3Bucket(_location, new(connection.Client, _location.Store, _access.Time, _access.Log));
        return new(connection, bucket, new(bucket, Total, Url, _access.Log));
    }

    private sealed record Parts(S3Connection Connection, S3Bucket Bucket, S3Fence Fence);
}
