using Litestream.Core.Tests.Golden;
using Litestream.Core.Tests.Storage;
using Litestream.Ltx;
using Litestream.Restore;
using Litestream.Storage;

namespace Litestream.Core.Tests.Restore;

/// <summary>Whatever is wrong in a replica is found without writing a database, and named by file and page.</summary>
public sealed class ReplicaVerifierTests : IDisposable
{
    private readonly History _history = RestorerTests.Busy();

    public void Dispose() => _history.Dispose();

    [Fact]
    public async Task A_whole_replica_is_whole_and_says_what_can_be_restored()
    {
        _history.Publish(1, 2, 4).Publish(2, 2, 6).Publish(9, 1, 5).Delete(0, 2, 2).Delete(0, 3, 3);
        var report = await VerifyAsync();
        Assert.True(report.IsWhole);
        Assert.Equal((8, ProofKind.Sum), (report.FileCount, report.Proof));
        // 1; 4 by the merger; 5 by the snapshot; 6; 7. Not 2 and 3 any more.
        Assert.Equal((5, new Txid(1), new Txid(7)), (report.PointCount, report.Oldest!.Value.MaxTxid, report.Newest!.Value.MaxTxid));
    }

    [Fact]
    public async Task Replicas_of_shrinking_growing_and_resized_databases_are_whole()
    {
        _history.Run("INSERT INTO t(v) VALUES (randomblob(900000))").Run("DELETE FROM t WHERE id > 2").Run("VACUUM")
            .Run("INSERT INTO t(v) VALUES (randomblob(300000))").Run("PRAGMA page_size=8192; VACUUM").Run("INSERT INTO t(v) VALUES (1)")
            .Publish(1, 2, 5).Publish(1, 6, 10);
        Assert.True((await VerifyAsync()).IsWhole);
    }

    [Fact]
    public async Task Replicas_of_the_genuine_program_are_whole()
    {
        using var golden = new GoldenReplicas();
        foreach (var name in Directory.GetDirectories(golden.Root).Select(Path.GetFileName).OfType<string>())
        {
            var report = await new ReplicaVerifier(ReplicaRoot.Parse(golden.ReplicaPath(name)).Open("")).RunAsync(null, default);
            Assert.True(report.IsWhole, $"{name}: {string.Join("; ", report.Damage.Select(d => d.Problem))} {string.Join(", ", report.Missing)}");
            Assert.Equal(ProofKind.FileChecksums, report.Proof);
        }
    }

    [Fact]
    public async Task A_missing_transaction_is_told_with_what_can_still_be_restored()
    {
        _history.Delete(0, 4, 4);
        var report = await VerifyAsync();
        Assert.Equal([(new Txid(4), new Txid(4))], report.Missing);
        Assert.Equal((new Txid(3), new Txid(7)), (report.Newest!.Value.MaxTxid, report.NewestListed.MaxTxid));
        Assert.False(report.IsWhole);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_flipped_bit_anywhere_is_found_and_named_by_file_and_page(bool v3a)
    {
        // An image of level 1, captured files of level 0, mergers, a snapshot: nothing is there only once, and nothing only twice.
        _history.Publish(1, 2, 4).Publish(2, 2, 6).Publish(9, 1, 5);
        var files = await ReplicaListing.ReadAsync(_history.Storage, default);
        if (v3a)
        {
            foreach (var file in files)
                Rewrite(PathOf(file), SampleFrames.AsV3a);
        }
        Assert.True((await VerifyAsync()).IsWhole);
        foreach (var file in files)
        {
            var path = PathOf(file);
            var (whole, time) = (await File.ReadAllBytesAsync(path), File.GetLastWriteTimeUtc(path));
            foreach (var (position, pgno) in Positions(whole))
            {
                var damaged = whole.ToArray();
                damaged[position] ^= 0x04;
                await File.WriteAllBytesAsync(path, damaged);
                File.SetLastWriteTimeUtc(path, time);
                var report = await VerifyAsync();
                if (report.IsWhole)
                {
                    Assert.True(SamePages(whole, damaged), $"{path} byte {position} is not found");
                    continue;
                }
                var found = Assert.Single(report.Damage);
                Assert.True(found.File.Name == file.Name && found.File.Level == file.Level, $"{path} byte {position}: {found.Problem}");
                Assert.True(pgno is null || pgno == found.Pgno, $"{path} byte {position} of page {pgno}: {found.Pgno}: {found.Problem}");
            }
            await File.WriteAllBytesAsync(path, whole);
            File.SetLastWriteTimeUtc(path, time);
        }
    }

    [Fact]
    public async Task A_page_is_named_even_where_no_other_file_has_it()
    {
        var path = _history.PathOf(1, 1, 1);
        foreach (var file in new[] { path, _history.PathOf(0, 2, 2) })
        {
            var whole = await File.ReadAllBytesAsync(file);
            var entry = PageIndex.Parse(whole, whole.Length, file, out _)![1];
            Rewrite(file, pages => pages.Select(p => p.Pgno == entry.Pgno ? (p.Pgno, [.. p.Data[..^1], (byte)(p.Data[^1] ^ 1)]) : p), keepChecksum: true);
            var report = await VerifyAsync();
            Assert.Contains(report.Damage, d => d.Pgno == entry.Pgno && d.File.Name == Path.GetFileName(file));
            await File.WriteAllBytesAsync(file, whole);
        }
    }

    [Fact]
    public async Task Exchanged_pages_are_found_though_the_file_is_whole_by_itself()
    {
        var path = _history.PathOf(0, 2, 2);
        List<uint> exchanged = [];
        Rewrite(path, pages =>
        {
            var list = pages.ToList();
            exchanged = [list[^1].Pgno, list[^2].Pgno];
            (list[^1], list[^2]) = ((list[^1].Pgno, list[^2].Data), (list[^2].Pgno, list[^1].Data));
            return list;
        });
        var report = await VerifyAsync();
        Assert.All(report.Damage, d => Assert.Equal(Path.GetFileName(path), d.File.Name));
        Assert.Equal(exchanged.Order(), report.Damage.Select(d => d.Pgno!.Value).Order());
        Assert.Equal(new Txid(1), report.Newest!.Value.MaxTxid);
    }

    [Fact]
    public async Task A_lost_change_is_found_and_named_where_another_level_has_it()
    {
        _history.Publish(1, 2, 4);
        uint lost = 0;
        Rewrite(_history.PathOf(0, 2, 2), pages =>
        {
            var list = pages.ToList();
            lost = list[0].Pgno;
            return list.Skip(1);
        });
        var report = await VerifyAsync();
        Assert.Equal("0000000000000002-0000000000000002.ltx", Assert.Single(report.Damage.Select(d => d.File.Name).Distinct()));
        Assert.Equal(new Txid(7), report.Newest!.Value.MaxTxid); // by the merger

        // The merger is what lost it: its files still have it.
        _history.Publish(2, 2, 4);
        Rewrite(_history.PathOf(2, 2, 4), pages => pages.Where(p => p.Pgno != 2));
        report = await VerifyAsync();
        Assert.Contains(report.Damage, d => d is { File.Level: 2, Pgno: 2 });
        Assert.NotEqual(0u, lost);
    }

    [Fact]
    public async Task A_file_of_another_database_under_the_right_name_is_found()
    {
        using var other = RestorerTests.Busy();
        File.Copy(other.PathOf(0, 4, 4), _history.PathOf(0, 4, 4), overwrite: true);
        var report = await VerifyAsync();
        Assert.Equal(LtxFile.NameOf(new(4), new(4)), Assert.Single(report.Damage.Select(d => d.File.Name).Distinct()));
        Assert.Equal(new Txid(3), report.Newest!.Value.MaxTxid);
    }

    [Fact]
    public async Task Levels_that_make_different_databases_are_found_without_any_sums()
    {
        using var plain = RestorerTests.Busy(withProofs: false);
        plain.Publish(1, 2, 4);
        Rewrite(plain.PathOf(1, 2, 4), pages => pages.Select(p => p.Pgno == 2 ? (p.Pgno, new byte[p.Data.Length]) : p));
        var report = await new ReplicaVerifier(plain.Storage).RunAsync(null, default);
        Assert.Contains("at the same transaction", Assert.Single(report.Damage).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_replica_is_missing() => Assert.True((await Assert.ThrowsAsync<StorageException>(
        () => new ReplicaVerifier(ReplicaRoot.Parse("/nowhere").Open("x")).RunAsync(null, default))).IsMissing);

    private Task<VerifyReport> VerifyAsync() => new ReplicaVerifier(_history.Storage).RunAsync(null, default);

    private string PathOf(LtxFile file) => _history.PathOf(file.Level, file.MinTxid.Value, file.MaxTxid.Value);

    /// <summary>Every header field, in the first, a middle and the last frame every field and three places of the page, index, lengths, checksums.</summary>
    private static IEnumerable<(int Position, uint? Pgno)> Positions(byte[] file)
    {
        foreach (var position in (int[])[0, 7, 10, 15, 23, 31, 38, 47, 55, 63, 64, 71, 79, 80, 83, 90, 99])
            yield return (position, null);
        var index = PageIndex.Parse(file, file.Length, "", out _)!;
        foreach (var i in (int[])[0, index.Count / 2, index.Count - 1])
        {
            var entry = index[i];
            foreach (var offset in (int[])[0, 3, 5, 9, 10, 11, 30, entry.SizeBytes / 2, entry.SizeBytes - 1])
                yield return ((int)entry.Offset + Math.Min(offset, entry.SizeBytes - 1), entry.Pgno);
        }
        var end = (int)(index[index.Count - 1].Offset + index[index.Count - 1].SizeBytes);
        foreach (var position in (int[])[end, end + 5, end + 6, (end + file.Length - 16) / 2, file.Length - 24, file.Length - 17, file.Length - 16, file.Length - 9, file.Length - 8, file.Length - 1])
            yield return (position, null);
    }

    private static bool SamePages(byte[] left, byte[] right) =>
        SampleFrames.Pages(left).Select(p => (p.Pgno, Convert.ToHexString(p.Data))).SequenceEqual(SampleFrames.Pages(right).Select(p => (p.Pgno, Convert.ToHexString(p.Data))));

    private static void Rewrite(string path, Func<IEnumerable<(uint Pgno, byte[] Data)>, IEnumerable<(uint Pgno, byte[] Data)>> change, bool keepChecksum = false)
    {
        var whole = File.ReadAllBytes(path);
        var changed = SampleFrames.Encode(LtxHeader.Parse(whole, path), change(SampleFrames.Pages(whole)));
        if (keepChecksum)
            whole.AsSpan(whole.Length - 8).CopyTo(changed.AsSpan(changed.Length - 8));
        Rewrite(path, _ => changed);
    }

    private static void Rewrite(string path, Func<byte[], byte[]> change)
    {
        var time = File.GetLastWriteTimeUtc(path);
        File.WriteAllBytes(path, change(File.ReadAllBytes(path)));
        File.SetLastWriteTimeUtc(path, time);
    }
}
