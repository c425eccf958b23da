using System.Collections.Concurrent;
using Litestream.Core.Tests.Restore;
using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Core.Tests.Storage;

public sealed class ChainReaderTests
{
    [Theory]
    [InlineData(512, 1)]
    [InlineData(512, 7)]
    [InlineData(4096, 1)]
    [InlineData(4096, 7)]
    [InlineData(65536, 3)]
    public async Task Hands_out_the_newest_frame_of_every_page_once(int pageSize, int parallelism)
    {
        // An image of more than one range, and small files over it.
        using var history = new History(pageSize);
        history.Run("INSERT INTO t(v) VALUES (randomblob(3000000)), ('a'), (zeroblob(3000000))").Publish(9, 1, 2);
        history.Run("UPDATE t SET v = 'b' WHERE id = 2").Run("INSERT INTO t(v) VALUES (randomblob(9000))");
        var chain = await Open(history, parallelism);
        Assert.Equal(["9 2", "0 3", "0 4"], chain.Files.Select(f => $"{f.File.Level} {f.File.MaxTxid.Value}"));

        var pages = new ConcurrentDictionary<uint, byte[]>();
        await chain.ReadPagesAsync(
            (firstPgno, run) =>
            {
                Assert.Equal(0, run.Length % pageSize);
                for (var i = 0; i < run.Length / pageSize; i++)
                    Assert.True(pages.TryAdd(firstPgno + (uint)i, run.Slice(i * pageSize, pageSize).ToArray()), "a page came twice");
            },
            default);
        var state = history.StateAt(4);
        Assert.Equal((state.Length / pageSize, state.Length / pageSize), (pages.Count, chain.PageCount));
        Assert.True(pages.OrderBy(p => p.Key).SelectMany(p => p.Value).SequenceEqual(state));
    }

    [Fact]
    public async Task With_a_parallelism_of_one_runs_come_one_after_the_other()
    {
        using var history = RestorerTests.Busy();
        var (inside, most) = (0, 0);
        await (await Open(history, parallelism: 1)).ReadPagesAsync(
            (_, _) =>
            {
                most = Math.Max(most, Interlocked.Increment(ref inside));
                Thread.Yield();
                Interlocked.Decrement(ref inside);
            },
            default);
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task An_error_of_the_taker_ends_it()
    {
        using var history = RestorerTests.Busy();
        var chain = await Open(history, parallelism: 4);
        await Assert.ThrowsAsync<InvalidOperationException>(() => chain.ReadPagesAsync((_, _) => throw new InvalidOperationException(), default));
    }

    [Fact]
    public async Task A_small_file_takes_one_request()
    {
        using var folder = new ScratchFolder();
        using var history = RestorerTests.Busy();
        Directory.CreateDirectory(folder["x"]);
        Directory.Move(history.ReplicaFolder, folder["x/ltx"]);
        var root = ReplicaRoot.Parse(folder.Path);
        var storage = root.Open("x");
        var files = await ReplicaListing.ReadAsync(storage, default);
        var chain = await ChainReader.OpenAsync(storage, ChainPlanner.Choose(files, ChainTarget.Latest, storage.Url), 2, default);
        await chain.ReadPagesAsync((_, _) => { }, default);
        var large = files.Count(f => !ChainFile.ComesWhole(f));
        Assert.Equal(files.Count - large + (3 * large), root.Requests["GET"]);
    }

    [Fact]
    public async Task Verifying_names_file_and_page_of_the_damage()
    {
        using var history = RestorerTests.Busy();
        var path = history.PathOf(0, 4, 4);
        var bytes = await File.ReadAllBytesAsync(path);
        var entry = PageIndex.Parse(bytes, bytes.Length, path, out _)![0];
        bytes[entry.Offset + 6] = 0xff; // the size of its payload
        await File.WriteAllBytesAsync(path, bytes);
        var chain = await Open(history, parallelism: 2);
        var error = await Assert.ThrowsAsync<DamagedFileException>(() => chain.VerifyAsync(default));
        Assert.Contains(Path.GetFileName(path), error.Message, StringComparison.Ordinal);
        Assert.Contains($"page {entry.Pgno}", error.Message, StringComparison.Ordinal);
        Assert.Equal((new Txid(4), entry.Pgno), (error.File.MaxTxid, error.Pgno));
    }

    private static async Task<ChainReader> Open(History history, int parallelism)
    {
        var listed = await ReplicaListing.ReadAsync(history.Storage, default);
        return await ChainReader.OpenAsync(history.Storage, ChainPlanner.Choose(listed, ChainTarget.Latest, history.Storage.Url), parallelism, default);
    }
}
