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

    public WalFrames(IPlainFiles files, IReadOnlyList<GenerationFile> pieces)
    {
        _segments = new(files, pieces);
        try
        {
            Span<byte> bytes = stackalloc byte[WalHeader.SizeBytes];
            if (_segments.Read(bytes) != bytes.Length || !WalHeader.TryParse(bytes, out _header) || _header.PageSize is < 512 or > 65536 || !int.IsPow2(_header.PageSize))
                throw new LtxFormatException(_segments.Path, 0, "the header of a WAL", "something else");
        }
        catch
        {
            _segments.Dispose();
            throw;
        }
        _sum = _header.Checksum;
        _frame = new byte[WalFrameHeader.SizeBytes + _header.PageSize];
    }

    public int PageSize => _header.PageSize;

    public ReadOnlySpan<byte> Page => _frame.AsSpan(WalFrameHeader.SizeBytes);

    /// <summary>False after the last frame.</summary>
    public bool TryRead(out WalFrameHeader frame)
    {
        var start = _segments.Position;
        frame = default;
        var read = _segments.Read(_frame);
        if (read == 0)
            return false;
        if (read < _frame.Length)
            throw new LtxFormatException(_segments.Path, start, $"a WAL frame of {_frame.Length} bytes", $"{read} bytes");
        frame = WalFrameHeader.Read(_frame);
        _sum = _sum.Append(_frame.AsSpan(0, 8), _header.BigEndianChecksum).Append(Page, _header.BigEndianChecksum);
        if (frame.Salts != _header.Salts || frame.Checksum != _sum || frame.Pgno == 0)
            throw new LtxFormatException(_segments.Path, start, "a WAL frame that continues the one before", "another salt or checksum");
        return true;
    }

    public void Dispose() => _segments.Dispose();
}
