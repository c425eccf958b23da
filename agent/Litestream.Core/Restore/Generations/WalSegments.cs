using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Restore.Generations;

/// <summary>One WAL, read from its pieces one after the other.</summary>
internal sealed class WalSegments(IPlainFiles files, IReadOnlyList<GenerationFile> pieces) : IDisposable
{
    private Stream? _file;
    private Lz4FrameStream? _content;
    private int _next;

    /// <summary>For messages: the piece read last.</summary>
    public string Path => pieces[Math.Max(0, _next - 1)].Path;

    /// <summary>Bytes of the WAL read so far.</summary>
    public long Position { get; private set; }

    /// <summary>Fills the buffer, or as much of it as there is left. Waits for nothing but the opening of the next piece: decoders read synchronously.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var total = 0;
        while (total < buffer.Length)
        {
            if (_content is null && !await TryOpenNextAsync(cancellationToken).ConfigureAwait(false))
                break;
            var read = _content!.Read(buffer.Span[total..]);
            if (read == 0)
                Dispose();
            total += read;
            Position += read;
        }
        return total;
    }

    public void Dispose()
    {
        _content?.Dispose();
        _file?.Dispose();
        (_content, _file) = (null, null);
    }

    private async ValueTask<bool> TryOpenNextAsync(CancellationToken cancellationToken)
    {
        if (_next == pieces.Count)
            return false;
        var piece = pieces[_next++];
        if (piece.Offset != Position)
            throw new LitestreamException($"{piece.Path}: expected the piece at byte {Position} of its WAL, found byte {piece.Offset}: one is missing, or was cut",
                hint: "restore an earlier point with -timestamp");
        _file = await files.OpenAsync(piece.File, cancellationToken).ConfigureAwait(false);
        _content = new Lz4FrameStream(_file, piece.Path);
        return true;
    }
}
