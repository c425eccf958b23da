using System.Security.Cryptography;
using Litestream.Core.Tests.Golden;
using Litestream.Ltx;

namespace Litestream.Core.Tests.Ltx;

/// <summary>Files written by the genuine program are read, and mean what it says they mean.</summary>
public sealed class GoldenFilesTests(GoldenReplicas golden) : IClassFixture<GoldenReplicas>
{
    [Theory]
    [MemberData(nameof(GoldenReplicas.Names), MemberType = typeof(GoldenReplicas))]
    public void Every_file_decodes_and_its_index_is_the_frames(string name)
    {
        var files = golden.LtxFiles(name);
        Assert.NotEmpty(files);
        foreach (var path in files)
        {
            var bytes = File.ReadAllBytes(path);
            var decoded = DecodedLtx.Read(bytes, path);
            Assert.Null(decoded.Header.Proof);
            Assert.True(LtxFile.TryParseName(Path.GetFileName(path), out var min, out var max));
            Assert.Equal((min, max), (decoded.Header.MinTxid, decoded.Header.MaxTxid));

            var index = PageIndex.Parse(bytes, bytes.Length, path, out _)!;
            Assert.Equal(decoded.Pages.Select(page => page.Pgno), decoded.Index.Select(entry => entry.Pgno));
            Assert.Equal(decoded.Index, Enumerable.Range(0, index.Count).Select(i => index[i]));
            var page = new byte[decoded.Header.PageSize];
            for (var i = 0; i < index.Count; i++)
            {
                PageFrame.Decode(bytes.AsSpan((int)index[i].Offset, index[i].SizeBytes), index[i], page, path);
                Assert.Equal(decoded.Pages[i].Data, page);
            }
        }
    }

    [Fact]
    public void Modification_times_survive_unpacking()
    {
        foreach (var path in golden.LtxFiles("levels-short-retention-4096"))
        {
            var header = LtxHeader.Parse(File.ReadAllBytes(path), path);
            Assert.InRange(header.Timestamp - File.GetLastWriteTimeUtc(path), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        }
    }

    [Theory]
    [MemberData(nameof(GoldenReplicas.Names), MemberType = typeof(GoldenReplicas))]
    public void Restorable_points_come_out_byte_for_byte(string name)
    {
        var points = golden.Points(name).ToDictionary(point => point.Txid.Value);
        var chain = golden.LtxFiles(name).Select(path => DecodedLtx.Read(File.ReadAllBytes(path), path)).ToList();
        var newest = chain.Max(file => file.Header.MaxTxid.Value);
        var restored = new Dictionary<ulong, byte[]>();
        foreach (var txid in points.Keys.Append(newest))
            restored[txid] = Restore(chain, txid);

        foreach (var point in points.Values)
        {
            Assert.Equal(point.SizeBytes, restored[point.Txid.Value].Length);
            Assert.Equal(point.Sha256, Convert.ToHexStringLower(SHA256.HashData(restored[point.Txid.Value])));
        }
        Assert.Equal(golden.RestoredSha256(name), Convert.ToHexStringLower(SHA256.HashData(restored[newest])));
    }

    /// <summary>Greedy: from nothing, always the file that continues what is there and reaches farthest.</summary>
    private static byte[] Restore(List<DecodedLtx> files, ulong target)
    {
        var (database, reached) = (Array.Empty<byte>(), 0UL);
        while (reached < target)
        {
            var next = files
                .Where(file => file.Header.MinTxid.Value <= reached + 1)
                .Where(file => file.Header.MaxTxid.Value > reached && file.Header.MaxTxid.Value <= target)
                .MaxBy(file => file.Header.MaxTxid.Value)!;
            database = next.ApplyTo(database);
            reached = next.Header.MaxTxid.Value;
        }
        return database;
    }
}
