using System.Buffers;
using Litestream.Ltx;

namespace Litestream.Storage;

/// <summary>One file of a chain, header and page index read: enough to know where each of its frames lies.</summary>
internal sealed class ChainFile
{
    /// <summary>First guess at the end of a larger file: the index of some 3,000 pages.</summary>
    private const int TailBytes = 32 * 1024;

    /// <summary>A file up to this length is read whole at once: one request instead of three, even if its frames are asked for again.</summary>
    private const int WholeBytes = 256 * 1024;

    internal ChainFile(LtxFile file, string name, LtxHeader header, PageIndex index, byte[]? content, long bytesRead)
    {
        File = file;
        Name = name;
        Header = header;
        Index = index;
        Content = content;
        BytesRead = bytesRead;
    }

    public LtxFile File { get; }

    /// <summary>For messages.</summary>
    public string Name { get; }

    public LtxHeader Header { get; }

    public PageIndex Index { get; }

    /// <summary>All of the file, if it came whole with its tail and was to be kept: then no frame needs another request.</summary>
    public byte[]? Content { get; }

    /// <summary>What was read of it to get here.</summary>
    public long BytesRead { get; }

    /// <summary>How messages name a file.</summary>
    public static string NameOf(IReplicaStorage storage, LtxFile file) => $"{storage.Url}: {file.Name} (level {file.Level})";

    /// <summary>Whether a file comes whole with its tail.</summary>
    public static bool ComesWhole(LtxFile file) => file.SizeBytes <= WholeBytes;

    /// <summary>As below; the content of a very small file is kept, as callers open many at a time.</summary>
    public static Task<ChainFile> OpenAsync(IReplicaStorage storage, LtxFile file, CancellationToken cancellationToken) =>
        OpenAsync(storage, file, keep: file.SizeBytes <= TailBytes, cancellationToken);

    /// <summary>One request for a small file; else two, and one more for a long index.</summary>
    /// <param name="storage">The replica.</param>
    /// <param name="file">As listed.</param>
    /// <param name="keep">Keep the content of a file that <see cref="ComesWhole"/>.</param>
    /// <param name="cancellationToken">Ends it between two reads.</param>
    public static async Task<ChainFile> OpenAsync(IReplicaStorage storage, LtxFile file, bool keep, CancellationToken cancellationToken)
    {
        var name = NameOf(storage, file);
        var firstBytes = ComesWhole(file) ? (int)file.SizeBytes : TailBytes;
        var buffer = ArrayPool<byte>.Shared.Rent(firstBytes);
        try
        {
            var tail = buffer.AsMemory(0, firstBytes);
            await ReadTailAsync(storage, file, tail, cancellationToken).ConfigureAwait(false);
            var bytesRead = (long)tail.Length;
            var index = PageIndex.Parse(tail.Span, file.SizeBytes, name, out var neededBytes);
            if (index is null)
            {
                var longTail = new byte[neededBytes];
                await ReadTailAsync(storage, file, longTail, cancellationToken).ConfigureAwait(false);
                bytesRead += longTail.Length;
                index = PageIndex.Parse(longTail, file.SizeBytes, name, out _)!;
            }
            var content = keep && ComesWhole(file) ? tail.ToArray() : null;
            if (!ComesWhole(file))
            {
                tail = buffer.AsMemory(0, LtxHeader.SizeBytes);
                await storage.ReadAsync(file, 0, tail, cancellationToken).ConfigureAwait(false);
                bytesRead += tail.Length;
            }
            return new(file, name, ParseHeader(tail.Span, file, name), index, content, bytesRead);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The header alone; neither its length nor anything else but its name need be known of the file.</summary>
    public static async Task<LtxHeader> ReadHeaderAsync(IReplicaStorage storage, LtxFile file, CancellationToken cancellationToken)
    {
        var bytes = new byte[LtxHeader.SizeBytes];
        await storage.ReadAsync(file, 0, bytes, cancellationToken).ConfigureAwait(false);
        return ParseHeader(bytes, file, NameOf(storage, file));
    }

    /// <summary>Adds which page the damage is in, where it is in one.</summary>
    public DamagedFileException Damaged(LtxFormatException error)
    {
        uint? pgno = null;
        for (var i = 0; i < Index.Count; i++)
        {
            var entry = Index[i];
            if (error.Offset >= entry.Offset && error.Offset < entry.Offset + entry.SizeBytes)
                pgno = entry.Pgno;
        }
        return new(File, error, pgno);
    }

    /// <summary>Reads frame after frame as the index says; null when all of them can be decoded.</summary>
    public async Task<DamagedFileException?> FirstDamagedFrameAsync(IReplicaStorage storage, CancellationToken cancellationToken)
    {
        var (buffer, page) = (new byte[FrameRange.MaxBytes], new byte[Header.PageSize]);
        for (var first = 0; first < Index.Count;)
        {
            var range = FrameRange.Of(0, first, Index[first]);
            for (; range.Last + 1 < Index.Count && range.With(range.Last + 1, Index[range.Last + 1]) is { } longer; range = longer)
            {
            }
            await storage.ReadAsync(File, range.Offset, buffer.AsMemory(0, range.LengthBytes), cancellationToken).ConfigureAwait(false);
            for (; first <= range.Last; first++)
            {
                var entry = Index[first];
                try
                {
                    PageFrame.Decode(buffer.AsSpan((int)(entry.Offset - range.Offset), entry.SizeBytes), entry, page, Name);
                }
                catch (LtxFormatException e)
                {
                    return new(File, e, entry.Pgno);
                }
            }
        }
        return null;
    }

    private static Task ReadTailAsync(IReplicaStorage storage, LtxFile file, Memory<byte> tail, CancellationToken cancellationToken) =>
        storage.ReadAsync(file, file.SizeBytes - tail.Length, tail, cancellationToken);

    private static LtxHeader ParseHeader(ReadOnlySpan<byte> bytes, LtxFile file, string name)
    {
        var header = LtxHeader.Parse(bytes, name);
        return header.MinTxid == file.MinTxid && header.MaxTxid == file.MaxTxid
            ? header
            : throw new LtxFormatException(name, 16, "the transactions of its name", LtxFile.NameOf(header.MinTxid, header.MaxTxid));
    }
}
