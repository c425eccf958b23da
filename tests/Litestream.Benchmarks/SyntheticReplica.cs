using Litestream.Ltx;

namespace Litestream.Benchmarks;

/// <summary>
/// A folder replica as an agent leaves it after an hour of a busy tenant: the base image as L1 1-1, then one L0 file a second, each with pages all
/// over the database. Made here because writing it through an agent would take that hour.
/// </summary>
internal sealed class SyntheticReplica
{
    private const int PageSize = 4096;
    private const int Vocabulary = 512;

    private readonly Random _random = new(20261120);
    private readonly byte[] _words = new byte[Vocabulary * 16];
    private readonly ulong[] _sums;
    private readonly string _folder;
    private ulong _sum;

    private SyntheticReplica(string folder, long databaseBytes)
    {
        _folder = folder;
        _sums = new ulong[(databaseBytes / PageSize) + 1];
        _random.NextBytes(_words);
    }

    /// <param name="folder">The database's replica; gets <c>ltx/</c>.</param>
    /// <param name="databaseBytes">Size of the database.</param>
    /// <param name="files">L0 files beside the image.</param>
    /// <param name="pagesPerFile">Pages in each.</param>
    public static void Create(string folder, long databaseBytes, int files, int pagesPerFile)
    {
        var replica = new SyntheticReplica(folder, databaseBytes);
        replica.Write(level: 1, txid: 1, Enumerable.Range(1, replica._sums.Length - 1).Select(p => (uint)p));
        for (var i = 0; i < files; i++)
            replica.Write(level: 0, (ulong)i + 2, replica.SomePages(pagesPerFile));
    }

    private SortedSet<uint> SomePages(int count)
    {
        var pages = new SortedSet<uint> { 1 };
        while (pages.Count < count)
            pages.Add((uint)_random.Next(1, _sums.Length));
        return pages;
    }

    private void Write(int level, ulong txid, IEnumerable<uint> pages)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_folder, "ltx", $"{level}")).FullName;
        var path = Path.Combine(directory, LtxFile.NameOf(new(txid), new(txid)));
        var time = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(txid);
        var header = new LtxHeader
        {
            PageSize = PageSize,
            Commit = (uint)_sums.Length - 1,
            MinTxid = new(txid),
            MaxTxid = new(txid),
            TimestampMs = time.ToUnixTimeMilliseconds(),
        };
        var (before, page) = (_sum, new byte[PageSize]);
        using (var file = File.Create(path))
        using (var encoder = new LtxEncoder(file, header))
        {
            foreach (var pgno in pages)
            {
                Fill(page);
                encoder.WritePage(pgno, page);
                var sum = PageSum.Of(pgno, page);
                _sum = unchecked(_sum - _sums[pgno] + sum);
                _sums[pgno] = sum;
            }
            encoder.Finish(new Proof(before, _sum));
        }
        File.SetLastWriteTimeUtc(path, time.UtcDateTime);
    }

    /// <summary>Half noise, half words: compresses to about two thirds, as databases do.</summary>
    private void Fill(byte[] page)
    {
        _random.NextBytes(page.AsSpan(0, PageSize / 2));
        for (var at = PageSize / 2; at < PageSize; at += 16)
            _words.AsSpan(_random.Next(Vocabulary) * 16, 16).CopyTo(page.AsSpan(at));
    }
}
