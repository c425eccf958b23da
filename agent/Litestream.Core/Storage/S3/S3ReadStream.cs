namespace Litestream.Storage.S3;

/// <summary>
/// An object from beginning to end in windows, each a request that is retried like any other: a connection that breaks in the middle costs one window,
/// not the file. Objects up to one window, nearly all, come whole before the first read.
/// </summary>
internal sealed class S3ReadStream : Stream
{
    private const int LargestWindowBytes = 1024 * 1024;
    private const int SmallestWindowBytes = 64 * 1024;

    private readonly S3Bucket _bucket;
    private readonly string _key;
    private readonly RequestCounters _counters;
    private readonly byte[] _window;
    private readonly long _length;
    private int _windowLength;
    private long _windowOffset;
    private long _position;

    private S3ReadStream(S3Bucket bucket, string key, RequestCounters counters, byte[] window, int read, long length) =>
        (_bucket, _key, _counters, _window, _windowLength, _length) = (bucket, key, counters, window, read, length);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <param name="bucket">Where it is.</param>
    /// <param name="key">Its key.</param>
    /// <param name="expectedBytes">Its length as far as is known: most objects are small, and so are their buffers.</param>
    /// <param name="counters">Who reads.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<Stream> OpenAsync(S3Bucket bucket, string key, long expectedBytes, RequestCounters counters, CancellationToken cancellationToken)
    {
        var window = new byte[Math.Clamp(expectedBytes, SmallestWindowBytes, LargestWindowBytes)];
        var (read, length) = await bucket.ReadUpToAsync(key, 0, window, counters, cancellationToken).ConfigureAwait(false);
        if (read == length)
            return new MemoryStream(window.AsSpan(0, read).ToArray(), writable: false);
        return new S3ReadStream(bucket, key, counters, window, read, length);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position == _length || buffer.Length == 0)
            return 0;
        if (_position == _windowOffset + _windowLength)
            await NextWindowAsync(cancellationToken).ConfigureAwait(false);
        return Take(buffer.Span);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(Span<byte> buffer)
    {
        if (_position == _length || buffer.Length == 0)
            return 0;
        if (_position == _windowOffset + _windowLength)
            NextWindowAsync(CancellationToken.None).GetAwaiter().GetResult(); // the decoder reads synchronously; only files of several windows come here
        return Take(buffer);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private async Task NextWindowAsync(CancellationToken cancellationToken)
    {
        var wanted = (int)Math.Min(_window.Length, _length - _position);
        _windowLength = await _bucket.ReadAsync(_key, _position, _window.AsMemory(0, wanted), _counters, cancellationToken).ConfigureAwait(false);
        _windowOffset = _position;
    }

    private int Take(Span<byte> buffer)
    {
        var there = _window.AsSpan((int)(_position - _windowOffset), (int)(_windowOffset + _windowLength - _position));
        var taken = Math.Min(there.Length, buffer.Length);
        there[..taken].CopyTo(buffer);
        _position += taken;
        return taken;
    }
}
