using System.Globalization;
using System.Runtime.CompilerServices;
using Litestream.Ltx;
using Microsoft.Extensions.Logging;

namespace Litestream.Storage.S3;

/// <summary>
/// The LTX files of one database in a bucket, as genuine Litestream lays them out: <c>&lt;path&gt;/&lt;level as 4 hex digits&gt;/&lt;min&gt;-&lt;max&gt;.ltx</c>. Their
/// times are user metadata, and in their headers; a listing shows when they were uploaded.
/// </summary>
internal sealed class S3Storage : IReplicaStorage
{
    /// <summary>RFC 3339 with up to nine digits, as genuine Litestream writes it.</summary>
    public const string TimestampMetadata = "litestream-timestamp";

    private const int LevelDigits = 4;

    private readonly S3Bucket _bucket;
    private readonly S3Fence _fence;
    private readonly string _prefix;
    private readonly RequestCounters _counters;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    public S3Storage(S3Bucket bucket, S3Fence fence, string path, RequestCounters counters, TimeProvider time, ILogger log)
    {
        (_bucket, _fence, _counters, _time, _log) = (bucket, fence, counters, time, log);
        _prefix = bucket.Location.KeysBelow(path);
        Url = bucket.Location.UrlOf(path);
    }

    public string Kind => S3Root.KindName;

    public string Url { get; }

    public IAsyncEnumerable<LtxFile> ListAsync(int level, CancellationToken cancellationToken) => ListBelowAsync(LevelPrefix(level), cancellationToken);

    /// <summary>One listing: the levels' names ascend as the levels do.</summary>
    public IAsyncEnumerable<LtxFile> ListAsync(CancellationToken cancellationToken) => ListBelowAsync(_prefix, cancellationToken);

    public async Task ReadAsync(LtxFile file, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (buffer.Length == 0)
            return;
        await _bucket.ReadAsync(KeyOf(file), offset, buffer, _counters, cancellationToken).ConfigureAwait(false);
        _counters.CountBytes(StorageOperation.Get, buffer.Length);
    }

    public async Task<Stream> OpenAsync(LtxFile file, CancellationToken cancellationToken)
    {
        var stream = await S3ReadStream.OpenAsync(_bucket, KeyOf(file), file.SizeBytes, _counters, cancellationToken).ConfigureAwait(false);
        _counters.CountBytes(StorageOperation.Get, file.SizeBytes);
        return stream;
    }

    public async Task<bool> PublishAsync(LtxFile file, string stagedPath, CancellationToken cancellationToken)
    {
        var isConditional = await _fence.IsEnforcedAsync(cancellationToken).ConfigureAwait(false);
        var key = KeyOf(file);
        // Where the store does not look for us, we look: two writers in the same moment are the only ones that it does not tell apart.
        if (!isConditional && await _bucket.ExistsAsync(key, _counters, cancellationToken).ConfigureAwait(false))
            return false;
        try
        {
            var (length, timestamp) = (new FileInfo(stagedPath).Length, TimestampText(file.CreatedAt));
            var isLarge = length >= _bucket.Location.PartSizeBytes;
            if (isLarge)
                await new S3Leftovers(_bucket, _time, _log).TakeBackAsync(_prefix, _counters, cancellationToken).ConfigureAwait(false);
            var isCreated = isLarge
                ? await new S3Upload(_bucket, _log).RunAsync(key, stagedPath, length, timestamp, isConditional, _counters, cancellationToken).ConfigureAwait(false)
                : await _bucket.CreateAsync(key, stagedPath, length, timestamp, isConditional, _counters, cancellationToken).ConfigureAwait(false);
            _counters.CountBytes(StorageOperation.Put, isCreated ? length : 0);
            return isCreated;
        }
        catch (FileNotFoundException e)
        {
            throw new StorageException($"publish {stagedPath} as {_bucket.Name(key)}: {e.Message}", StorageFault.Missing, e);
        }
    }

    public Task DeleteAsync(IReadOnlyList<LtxFile> files, CancellationToken cancellationToken) =>
        new S3Deletion(_bucket).RunAsync(files.Select(KeyOf).ToList(), _counters, cancellationToken);

    public static string TimestampText(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    private async IAsyncEnumerable<LtxFile> ListBelowAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var found in _bucket.ListAsync(prefix, _counters, cancellationToken).ConfigureAwait(false))
        {
            var name = found.Key.AsSpan(Math.Min(_prefix.Length, found.Key.Length));
            if (!TryParse(name, out var level, out var min, out var max))
                continue;
            var uploadedAt = new DateTimeOffset(found.LastModified.GetValueOrDefault().ToUniversalTime());
            yield return new(level, min, max, found.Size.GetValueOrDefault(), DateTimeOffset.FromUnixTimeMilliseconds(uploadedAt.ToUnixTimeMilliseconds()));
        }
    }

    /// <summary>Other keys are none of ours: those of replicas below this one, for example.</summary>
    private static bool TryParse(ReadOnlySpan<char> name, out int level, out Txid min, out Txid max)
    {
        (level, min, max) = (0, Txid.None, Txid.None);
        return name.Length > LevelDigits && name[LevelDigits] == '/'
            && name[..LevelDigits].StartsWith("000", StringComparison.Ordinal) && char.IsAsciiDigit(name[LevelDigits - 1])
            && (level = name[LevelDigits - 1] - '0') <= LtxFile.SnapshotLevel
            && LtxFile.TryParseName(name[(LevelDigits + 1)..], out min, out max);
    }

    private string KeyOf(LtxFile file) => LevelPrefix(file.Level) + file.Name;

    private string LevelPrefix(int level) => string.Create(CultureInfo.InvariantCulture, $"{_prefix}{level:x4}/");
}
