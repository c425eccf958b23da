using Amazon.S3;

namespace Litestream.Storage.S3;

/// <summary>
/// One try of a request. It has no limit in all, as a slow link may be all there is, but it must not stand still: every read of a body that goes or
/// comes begins the wait anew.
/// </summary>
internal sealed class S3Attempt : IDisposable
{
    /// <summary>A store that is at work on an answer, or a link that drops for a moment.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>What was read from a body may wait there to leave this machine; the kernel doubles it.</summary>
    public const int SendBufferBytes = 256 * 1024;

    /// <summary>The slowest link worth waiting for.</summary>
    private const int SlowestBytesPerSecond = 8 * 1024;

    private readonly CancellationTokenSource _limit;
    private readonly CancellationTokenSource _either;
    private readonly TimeSpan _patience;

    /// <param name="client">Of the store.</param>
    /// <param name="bytes">What it carries.</param>
    /// <param name="time">Measures.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    public S3Attempt(IAmazonS3 client, long bytes, TimeProvider time, CancellationToken cancellationToken)
    {
        Client = client;
        _patience = Patience + TimeSpan.FromSeconds(Math.Min(bytes, 2 * SendBufferBytes) / (double)SlowestBytesPerSecond);
        _limit = new(_patience, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _limit.Token);
    }

    public IAmazonS3 Client { get; }

    /// <summary>Fires when it was cancelled, or stands still.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>Bytes went or came.</summary>
    public void Progressed() => _limit.CancelAfter(_patience);

    /// <summary>A body whose reading is progress.</summary>
    public Stream Watch(Stream body) => new WatchedStream(body, this);

    public void Dispose()
    {
        _either.Dispose();
        _limit.Dispose();
    }

    private sealed class WatchedStream(Stream inner, S3Attempt attempt) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => inner.CanSeek;

        public override bool CanWrite => false;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => inner.Position = value;
        }

        public override int Read(byte[] buffer, int offset, int count) => Seen(inner.Read(buffer, offset, count));

        public override int Read(Span<byte> buffer) => Seen(inner.Read(buffer));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Seen(await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }

        private int Seen(int read)
        {
            attempt.Progressed();
            return read;
        }
    }
}
