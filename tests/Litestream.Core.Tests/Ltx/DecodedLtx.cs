using Litestream.Ltx;

namespace Litestream.Core.Tests.Ltx;

/// <summary>A whole file in memory, read through <see cref="LtxDecoder"/>.</summary>
internal sealed record DecodedLtx(LtxHeader Header, List<(uint Pgno, byte[] Data)> Pages, List<IndexEntry> Index)
{
    public static DecodedLtx Read(byte[] bytes, string file = "test.ltx") => Read(new MemoryStream(bytes), file);

    public static DecodedLtx Read(Stream stream, string file = "test.ltx")
    {
        using var decoder = new LtxDecoder(stream, file);
        var pages = new List<(uint, byte[])>();
        var page = new byte[decoder.Header.PageSize];
        while (decoder.ReadPage(page, out var pgno))
            pages.Add((pgno, page.ToArray()));
        return new(decoder.Header, pages, [.. Enumerable.Range(0, decoder.Index.Count).Select(i => decoder.Index[i])]);
    }

    /// <summary>The database after this file, from the one before.</summary>
    public byte[] ApplyTo(byte[] before)
    {
        var after = new byte[Header.Commit * (long)Header.PageSize];
        before.AsSpan(0, Math.Min(before.Length, after.Length)).CopyTo(after);
        foreach (var (pgno, data) in Pages)
            data.CopyTo(after.AsSpan((int)(pgno - 1) * Header.PageSize));
        return after;
    }
}
