using Litestream.Ltx;
using Litestream.Replication;

namespace Litestream.Core.Tests.Replication;

/// <summary>The memory for page buffers that a store is given is what it keeps to, and a small one does the same work.</summary>
public sealed class BufferBytesTests
{
    private const string Name = ReplicatedFolder.Name;

    [Theory]
    [InlineData(4, 2, 1, 2)]
    [InlineData(16, 2, 4, 2)]
    [InlineData(256, 8, 32, 4)]
    public void What_works_at_the_same_time_fits_into_it(long mebibytes, int workers, int uploads, long mebibytesOfEach)
    {
        var options = new StoreOptions { StateDirectory = "", BufferBytes = mebibytes << 20, MaxWorkers = 8, MaxUploads = 32 };
        options.Check();
        Assert.Equal((workers, uploads, mebibytesOfEach << 20), (options.Workers, options.Uploads, options.UploadBytes));
    }

    [Fact]
    public void Less_than_works_is_refused() => Assert.Contains(
        "page buffers", Assert.Throws<LitestreamException>(() => new StoreOptions { StateDirectory = "", BufferBytes = 1 << 20 }.Check()).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_merger_of_many_files_reads_them_in_pieces_that_fit_and_comes_out_the_same()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        // The first image has none of them.
        await ReplicatedFolder.SyncAsync(database);
        for (var i = 0; i < 5; i++)
        {
            application.Sql("INSERT INTO t (v) VALUES (randomblob(600000))");
            await ReplicatedFolder.SyncAsync(database);
        }
        var files = (await folder.ListAsync(Name, 0)).Where(f => f.SizeBytes > 500_000).ToList();
        Assert.Equal(5, files.Count);
        var (small, smallRead) = await MergeAsync(folder, files, 400_000);
        var (usual, usualRead) = await MergeAsync(folder, files, 4 << 20);
        Assert.Equal(usual, small);
        Assert.Equal(80_000, smallRead);
        Assert.Equal(256 << 10, usualRead);
    }

    [Fact]
    public async Task With_the_least_of_it_a_database_is_replicated_found_again_and_restored()
    {
        await using var folder = new ReplicatedFolder();
        folder.Options = folder.Options with { BufferBytes = StoreOptions.LeastBufferBytes, Points = new() { LevelIntervals = [TimeSpan.FromMilliseconds(200)] } };
        using var application = folder.NewTenant();
        folder.Open();
        var database = folder.Register(Name);
        for (var i = 0; i < 10; i++)
        {
            application.Sql("INSERT INTO t (v) VALUES (randomblob(500000))");
            await ReplicatedFolder.SyncAsync(database);
        }
        await folder.StopAsync();
        // The page table is built anew from the replica.
        Directory.Delete(Path.Combine(folder.State, "tables"), recursive: true);
        folder.Open();
        application.Sql("INSERT INTO t (v) VALUES ('after')");
        await ReplicatedFolder.SyncAsync(folder.Register(Name));
        await folder.AssertRestoresEqualAsync(Name);
    }

    private static async Task<(byte[] Merged, int LargestRead)> MergeAsync(ReplicatedFolder folder, IReadOnlyList<LtxFile> files, long bufferBytes)
    {
        var storage = new LargestRead(folder.StorageOf(Name));
        using var output = new MemoryStream();
        await Merge.RunAsync(storage, files, default, output, bufferBytes, default);
        return (output.ToArray(), storage.Bytes);
    }
}
