using Litestream.Ltx;
using Litestream.Sqlite;
using Litestream.Storage;

namespace Litestream.Restore.Generations;

/// <summary>The pages of a snapshot, one after the other.</summary>
internal sealed class SnapshotPages : IDisposable
{
    private readonly IPlainFiles _files;
    private readonly GenerationFile _file;
    private readonly byte[] _header = new byte[DatabaseHeader.SizeBytes];
    private Stream _stream;
    private Lz4FrameStream _content;
    private int _headerRead;
    private long _position;

    private SnapshotPages(IPlainFiles files, GenerationFile file, Stream stream)
    {
        (_files, _file, _stream) = (files, file, stream);
        try
        {
            _content = new Lz4FrameStream(_stream, file.Path);
            _headerRead = _content.ReadAtLeast(_header, _header.Length, throwOnEndOfStream: false);
            if (!DatabaseHeader.TryParse(_header.AsSpan(0, _headerRead), out var header))
                throw new LtxFormatException(file.Path, 0, "a SQLite database in the snapshot", "something else");
            PageSize = header.PageSize;
        }
        catch
        {
            _stream.Dispose();
            throw;
        }
    }

    public int PageSize { get; }

    public static async Task<SnapshotPages> OpenAsync(IPlainFiles files, GenerationFile file, CancellationToken cancellationToken) =>
        new(files, file, await files.OpenAsync(file.File, cancellationToken).ConfigureAwait(false));

    /// <summary>Reads all of it once to learn its size, and begins anew.</summary>
    public async Task<uint> CountPagesAsync(CancellationToken cancellationToken)
    {
        var (count, page) = (0u, new byte[PageSize]);
        for (; TryRead(page); count++)
            cancellationToken.ThrowIfCancellationRequested();
        Dispose();
        _stream = await _files.OpenAsync(_file.File, cancellationToken).ConfigureAwait(false);
        _content = new Lz4FrameStream(_stream, _file.Path);
        (_headerRead, _position) = (0, 0);
        return count;
    }

    /// <summary>False after the last page.</summary>
    public bool TryRead(Span<byte> page)
    {
        _header.AsSpan(0, _headerRead).CopyTo(page);
        var read = _headerRead + _content.ReadAtLeast(page[_headerRead..], PageSize - _headerRead, throwOnEndOfStream: false);
        _headerRead = 0;
        _position += read;
        if (read == 0)
            return false;
        return read == PageSize ? true : throw new LtxFormatException(_file.Path, _position, $"whole pages of {PageSize} bytes", $"{read} bytes");
    }

    public void Dispose()
    {
        _content.Dispose();
        _stream.Dispose();
    }
}
