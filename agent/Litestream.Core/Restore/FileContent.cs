using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Restore;

/// <summary>One LTX file, read from beginning to end: which pages it holds and their sums, and what is wrong with it. 12 bytes of memory a page.</summary>
internal sealed class FileContent
{
    private readonly List<uint> _pgnos = [];
    private readonly List<ulong> _sums = [];
    private long _pagesEnd = LtxHeader.SizeBytes;
    private long _covered;

    private FileContent(LtxFile file) => File = file;

    public LtxFile File { get; }

    /// <summary>Null when not even the header could be read.</summary>
    public LtxHeader? Header { get; private set; }

    public IReadOnlyList<uint> Pgnos => _pgnos;

    public IReadOnlyList<ulong> Sums => _sums;

    /// <summary>What is wrong; null for a file that is whole.</summary>
    public DamagedFileException? Damage { get; private set; }

    /// <summary>All pages could be decoded and the file ends as it should; only the checksum tells that something in it is not what was written.</summary>
    public ulong? ChecksumDifference { get; private set; }

    /// <exception cref="StorageException">It cannot be read at all.</exception>
    public static async Task<FileContent> ReadAsync(IReplicaStorage storage, LtxFile file, CancellationToken cancellationToken)
    {
        var content = new FileContent(file);
        await using var stream = await storage.OpenAsync(file, cancellationToken).ConfigureAwait(false);
        try
        {
            content.Read(stream, ChainFile.NameOf(storage, file), cancellationToken);
        }
        catch (LtxFormatException e)
        {
            content.Damage = await LocateAsync(storage, file, e, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new StorageException($"read {ChainFile.NameOf(storage, file)}: {e.Message}", StorageFault.Transient, e);
        }
        return content;
    }

    /// <summary>
    /// The one page whose content, once it were such that it added <paramref name="missing"/> more to the database's sum, would also make the file's
    /// checksum right; null when no page does. A page's sum gives its CRC and the CRC is linear, so two numbers that were recorded independently meet
    /// in the damaged page and in no other.
    /// </summary>
    public uint? PageThatExplains(ulong missing)
    {
        if (ChecksumDifference is not { } difference || _pgnos.Count == 0 || missing == 0)
            return null;
        var stride = (_pagesEnd - LtxHeader.SizeBytes) / _pgnos.Count;
        if (stride * _pgnos.Count != _pagesEnd - LtxHeader.SizeBytes)
            return null; // frames of both kinds: where each lies is not known any more
        for (var i = 0; i < _pgnos.Count; i++)
        {
            var pgno = _pgnos[i];
            var change = PageSum.CrcOf(pgno, _sums[i]) ^ PageSum.CrcOf(pgno, unchecked(_sums[i] + missing));
            var behind = _covered - (LtxHeader.SizeBytes + ((i + 1) * stride));
            // Checksums are stored with their highest bit set.
            if (((Crc64.Combine(change, 0, behind) ^ difference) << 1) == 0)
                return pgno;
        }
        return null;
    }

    /// <summary>Takes the page for what it was, so that what follows can be compared.</summary>
    public void Repair(uint pgno, ulong missing) => _sums[_pgnos.IndexOf(pgno)] += missing;

    private void Read(Stream stream, string name, CancellationToken cancellationToken)
    {
        using var decoder = new LtxDecoder(stream, name);
        var header = decoder.Header;
        if (header.MinTxid != File.MinTxid || header.MaxTxid != File.MaxTxid)
            throw new LtxFormatException(name, 16, "the transactions of its name", LtxFile.NameOf(header.MinTxid, header.MaxTxid));
        Header = header;
        var page = new byte[header.PageSize];
        try
        {
            while (decoder.ReadPage(page, out var pgno))
            {
                cancellationToken.ThrowIfCancellationRequested();
                _pgnos.Add(pgno);
                _sums.Add(PageSum.Of(pgno, page));
                _pagesEnd = decoder.CoveredBytes;
            }
        }
        finally
        {
            ChecksumDifference = decoder.ChecksumDifference is 0 ? null : decoder.ChecksumDifference;
            _covered = decoder.CoveredBytes;
        }
    }

    /// <summary>In which page's frame the damage lies: the first that is not what the index at the end of the file says, if that is whole.</summary>
    private static async Task<DamagedFileException> LocateAsync(IReplicaStorage storage, LtxFile file, LtxFormatException damage, CancellationToken cancellationToken)
    {
        try
        {
            var opened = await ChainFile.OpenAsync(storage, file, keep: false, cancellationToken).ConfigureAwait(false);
            return await opened.FirstDamagedFrameAsync(storage, cancellationToken).ConfigureAwait(false) ?? opened.Damaged(damage);
        }
        catch (LtxFormatException)
        {
            return new(file, damage, pgno: null);
        }
    }
}
