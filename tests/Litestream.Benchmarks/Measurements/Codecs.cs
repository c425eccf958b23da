using System.Runtime.Intrinsics.X86;
using Litestream.Ltx;

namespace Litestream.Benchmarks.Measurements;

/// <summary>
/// The engine's codecs in this process, compiled as it runs and not ahead of time: pages of 4 KiB of a real database, beside <c>sha256sum</c> of the same bytes. What the published
/// program makes of them shows in its copies and restores.
/// </summary>
internal static class Codecs
{
    private const int PageSize = 4096;
    private const int Pages = 8192;
    private const double LeastSeconds = 0.5;

    public static IEnumerable<Row> Measure(Effort effort)
    {
        using var bench = new Workbench();
        var path = Path.Combine(bench.Root, "pages.db");
        bench.Write("populate", path, "-size-bytes", $"{Pages * PageSize}");
        var pages = File.ReadAllBytes(path).AsMemory(0, Pages * PageSize);
        var blocks = new byte[Pages][];
        var buffer = new byte[Lz4Block.CompressBound(PageSize)];
        for (var i = 0; i < Pages; i++)
            blocks[i] = buffer[..Lz4Block.Compress(Page(pages, i), buffer)];
        var ratio = blocks.Sum(b => (double)b.Length) / pages.Length;

        var page = new byte[PageSize];
        var compress = Rate(effort, () => Each(i => Lz4Block.Compress(Page(pages, i), buffer)));
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        Each(i => Lz4Block.Compress(Page(pages, i), buffer));
        Each(i => Lz4Block.TryDecompress(blocks[i], page) ? 1 : throw new InvalidOperationException($"page {i} does not decompress"));
        Each(i => (int)Crc64.Of(Page(pages, i)));
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        var decompress = Rate(effort, () => Each(i => Lz4Block.TryDecompress(blocks[i], page) ? 1 : 0));
        var crc = Rate(effort, () => Each(i => (int)Crc64.Of(Page(pages, i))));
        var sum = pages.Length / 1e6 / Enumerable.Range(0, effort.Runs).Select(_ => ProgramRun.Of("sha256sum", path).CpuSeconds).Median();

        yield return new Row("LZ4 block, compress", 700, compress, "MB/s", $"to {ratio * 100:0} %; sha256sum {sum:0} MB/s") { IsRate = true };
        yield return new Row("LZ4 block, decompress safely", 3_000, decompress, "MB/s") { IsRate = true };
        yield return new Row("CRC-64/GO-ISO", Pclmulqdq.IsSupported ? 12_000 : 5_000, crc, "MB/s", Pclmulqdq.IsSupported ? "with PCLMULQDQ" : "without PCLMULQDQ") { IsRate = true };
        yield return new Row("allocated for each page, all three", 0, Math.Floor((double)allocated / Pages), "bytes");
    }

    private static ReadOnlySpan<byte> Page(ReadOnlyMemory<byte> pages, int number) => pages.Span.Slice(number * PageSize, PageSize);

    private static int Each(Func<int, int> work)
    {
        var result = 0;
        for (var i = 0; i < Pages; i++)
            result ^= work(i);
        return result;
    }

    /// <summary>MB of pages in a second of CPU, the median of several runs behind one that warms up.</summary>
    private static double Rate(Effort effort, Func<int> round)
    {
        var rates = new List<double>();
        for (var run = 0; run <= effort.Runs; run++)
        {
            var (begun, spent, rounds) = (CpuTimes.OfThread(), 0.0, 0);
            for (; spent < LeastSeconds; spent = CpuTimes.OfThread() - begun)
            {
                round();
                rounds++;
            }
            rates.Add((double)rounds * Pages * PageSize / 1e6 / spent);
        }
        return rates.Skip(1).Median();
    }
}
