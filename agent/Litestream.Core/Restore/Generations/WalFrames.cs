using Litestream.Ltx;
using Litestream.Sqlite;
using Litestream.Storage;

namespace Litestream.Restore.Generations;

/// <summary>The frames of one WAL, checked along its chain of checksums. v0.3 copied valid frames only, so one that is not is damage.</summary>
internal sealed class WalFrames : IDisposable
{
    private readonly WalSegments _segments;
    private readonly WalHeader _header;
    private readonly byte[] _frame;
    private WalChecksum _sum;

    private WalFrames(WalSegments segments, WalHeader header)
    {
        (_segments, _header, _sum) = (segments, header, header.Checksum);
        _frame = new byte[WalFrameHeader.SizeBytes + header.PageSize];
    }

    public int PageSize => _header.PageSize;

    public ReadOnlySpan<byte> Page => _frame.AsSpan(WalFrameHeader.SizeBytes);

    public static async Task<WalFrames> OpenAsync(IPlainFiles files, IReadOnlyList<GenerationFile> pieces, CancellationToken cancellationToken)
    {
        var segments = new WalSegments(files, pieces);
        try
        {
            var bytes = new byte[WalHeader.SizeBytes];
            var read = await segments.ReadAsync(bytes, cancellationToken).ConfigureAwait(false);
            if (read != bytes.Length || !WalHeader.TryParse(bytes, out var header) || header.PageSize is < 512 or > 65536 || !int.IsPow2(header.PageSize))
                throw new LtxFormatException(segments.Path, 0, "the header of a WAL", "something else");
            return new(segments, header);
        }
        catch
        {
            segments.Dispose();
            throw;
        }
    }

    /// <summary>Null after the last frame.</summary>
    public async ValueTask<WalFrameHeader?> ReadAsync(CancellationToken cancellationToken)
    {
        var start = _segments.Position;
        var read = await _segments.ReadAsync(_frame, cancellationToken).ConfigureAwait(false);
        if (read == 0)
            return null;
        if (read < _frame.Length)
            throw new LtxFormatException(_segments.Path, start, $"a WAL frame of {_frame.Length} bytes", $"{read} bytes");
        var frame = WalFrameHeader.Read(_frame);
        _sum = _sum.Append(_frame.AsSpan(0, 8), _header.BigEndianChecksum).Append(Page, _header.BigEndianChecksum);
        if (frame.Salts != _header.Salts || frame.Checksum != _sum || frame.Pgno == 0)
            throw new LtxFormatException(_segments.Path, start, "a WAL frame that continues the one before", "another salt or checksum");
        return frame;
    }

    public void Dispose() => _segments.Dispose();
}
