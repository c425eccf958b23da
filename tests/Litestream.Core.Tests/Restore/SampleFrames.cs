using Litestream.Core.Tests.Ltx;
using Litestream.Ltx;

namespace Litestream.Core.Tests.Restore;

/// <summary>Takes LTX files apart by their index, and puts pages together to files.</summary>
internal static class SampleFrames
{
    /// <summary>The pages as a restore reads them: by the index, without looking at the checksum.</summary>
    public static List<(uint Pgno, byte[] Data)> Pages(byte[] file)
    {
        var index = PageIndex.Parse(file, file.Length, "", out _)!;
        var pages = new List<(uint, byte[])>();
        for (var i = 0; i < index.Count; i++)
        {
            var page = new byte[LtxHeader.Parse(file, "").PageSize];
            PageFrame.Decode(file.AsSpan((int)index[i].Offset, index[i].SizeBytes), index[i], page, "");
            pages.Add((index[i].Pgno, page));
        }
        return pages;
    }

    /// <summary>A file whose checksum is right, whatever its pages are. A proof in the header stays as it is.</summary>
    public static byte[] Encode(LtxHeader header, IEnumerable<(uint Pgno, byte[] Data)> pages)
    {
        using var stream = new MemoryStream();
        using var encoder = new LtxEncoder(stream, header);
        foreach (var (pgno, data) in pages)
            encoder.WritePage(pgno, data);
        encoder.Finish();
        return stream.ToArray();
    }

    /// <summary>The same file as Litestream before 0.5.16 wrote it.</summary>
    public static byte[] AsV3a(byte[] file) => SampleLtx.EncodeV3a(LtxHeader.Parse(file, ""), Pages(file));
}
