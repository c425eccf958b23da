using Litestream.Ltx;

namespace Litestream.Agent.Tests.Commands;

/// <summary>A folder replica of made-up pages, file after file; proven as ours are.</summary>
internal sealed class SampleReplica(string folder)
{
    private const int PageSize = 4096;

    private readonly Random _random = new(4);
    private readonly Dictionary<uint, ulong> _sums = [];
    private ulong _sum;
    private ulong _txid;

    /// <summary>One more transaction: the first holds all pages, later ones the first <paramref name="pages"/> anew.</summary>
    public SampleReplica Add(int level, int pages, bool compressible = true)
    {
        _txid++;
        var directory = Directory.CreateDirectory(Path.Combine(folder, "ltx", $"{level}")).FullName;
        var path = Path.Combine(directory, LtxFile.NameOf(new(_txid), new(_txid)));
        var time = new DateTimeOffset(2026, 3, 4, 5, 0, 0, TimeSpan.Zero).AddSeconds(_txid);
        var header = new LtxHeader
        {
            PageSize = PageSize,
            Commit = (uint)Math.Max(pages, _sums.Count),
            MinTxid = new(_txid),
            MaxTxid = new(_txid),
            TimestampMs = time.ToUnixTimeMilliseconds(),
        };
        var (before, page) = (_sum, new byte[PageSize]);
        using (var file = File.Create(path))
        using (var encoder = new LtxEncoder(file, header))
        {
            for (var pgno = 1u; pgno <= pages; pgno++)
            {
                _random.NextBytes(compressible ? page.AsSpan(0, 100) : page);
                encoder.WritePage(pgno, page);
                var sum = PageSum.Of(pgno, page);
                _sum = unchecked(_sum - _sums.GetValueOrDefault(pgno) + sum);
                _sums[pgno] = sum;
            }
            encoder.Finish(new Proof(before, _sum));
        }
        File.SetLastWriteTimeUtc(path, time.UtcDateTime);
        return this;
    }
}
