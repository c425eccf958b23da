using Litestream.Ltx;

namespace Litestream.Storage;

/// <summary>One file of a chain, header and page index read: enough to know where each of its frames lies.</summary>
internal sealed class ChainFile
{
    /// <summary>First guess at the end of a file: the index of some 3,000 pages, and the whole of a small file.</summary>
    private const int TailBytes = 32 * 1024;

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

    /// <summary>All of the file where it came whole with its tail: then no frame needs another request. The owner drops it when memory is short.</summary>
    public byte[]? Content { get; private set; }

    /// <summary>What was read of it to get here.</summary>
    public long BytesRead { get; }

    /// <summary>One request for a small file; else two, and one more for a long index.</summary>
    public static async Task<ChainFile> OpenAsync(IReplicaStorage storage, LtxFile file, CancellationToken cancellationToken)
    {
        var name = $"{storage.Url}: {file.Name} (level {file.Level})";
        var tail = await ReadTailAsync(TailBytes).ConfigureAwait(false);
        var bytesRead = (long)tail.Length;
        var index = PageIndex.Parse(tail, file.SizeBytes, name, out var neededBytes);
        if (index is null)
        {
            tail = await ReadTailAsync(neededBytes).ConfigureAwait(false);
            bytesRead += tail.Length;
            index = PageIndex.Parse(tail, file.SizeBytes, name, out _)!;
        }
        var isWhole = tail.Length == file.SizeBytes;
        var head = tail;
        if (!isWhole)
            await storage.ReadAsync(file, 0, head = new byte[LtxHeader.SizeBytes], cancellationToken).ConfigureAwait(false);
        var header = LtxHeader.Parse(head, name);
        if (header.MinTxid != file.MinTxid || header.MaxTxid != file.MaxTxid)
            throw new LtxFormatException(name, 16, "the transactions of its name", LtxFile.NameOf(header.MinTxid, header.MaxTxid));
        return new(file, name, header, index, isWhole ? tail : null, bytesRead + (isWhole ? 0 : head.Length));

        async Task<byte[]> ReadTailAsync(int lengthBytes)
        {
            var bytes = new byte[Math.Min(lengthBytes, file.SizeBytes)];
            await storage.ReadAsync(file, file.SizeBytes - bytes.Length, bytes, cancellationToken).ConfigureAwait(false);
            return bytes;
        }
    }

    public void DropContent() => Content = null;

    /// <summary>Adds which page the damage is in, where it is in one.</summary>
    public LitestreamException Damaged(LtxFormatException error)
    {
        for (var i = 0; i < Index.Count; i++)
        {
            var entry = Index[i];
            if (error.Offset >= entry.Offset && error.Offset < entry.Offset + entry.SizeBytes)
                return new LitestreamException($"{error.Message}, in the frame of page {entry.Pgno}", error, error.Hint);
        }
        return error;
    }
}
