using System.Buffers.Binary;
using Litestream.Core.Tests.Replication;
using Litestream.Sqlite;

namespace Litestream.Core.Tests.Sqlite;

/// <summary>The bytes that SQLite wrote, read by us: what is not exactly right is no header, no frame, no slice.</summary>
public sealed class WalFormatTests
{
    private const string Name = ReplicatedFolder.Name;

    [Fact]
    public async Task A_header_with_one_bit_flipped_is_none()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        var bytes = File.ReadAllBytes(folder.PathOf(Name) + "-wal").AsSpan(0, WalHeader.SizeBytes).ToArray();
        Assert.True(WalHeader.TryParse(bytes, out var header));
        Assert.Equal((4096, false), (header.PageSize, header.BigEndianChecksum));
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.False(WalHeader.TryParse(bytes, out _), $"bit {bit}");
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
        }
        Assert.False(WalHeader.TryParse(bytes.AsSpan(0, 31), out _));
    }

    /// <summary>Against its definition (sqlite.org/fileformat2.html, 4.2), word by word.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_checksum_of_many_words_at_once_is_that_of_one_after_the_other(bool bigEndian)
    {
        var random = new Random(1);
        foreach (var length in new[] { 0, 8, 24, 504, 512, 520, 1024, 4096, 4104, 65536 })
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            var begun = new WalChecksum((uint)random.NextInt64(), (uint)random.NextInt64());
            var (s0, s1) = (begun.S0, begun.S1);
            for (var at = 0; at < length; at += 8)
            {
                s0 += Word(at) + s1;
                s1 += Word(at + 4) + s0;
            }
            Assert.Equal(new WalChecksum(s0, s1), begun.Append(bytes, bigEndian));

            uint Word(int at) => bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at)) : BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));
        }
    }

    [Fact]
    public void A_database_header_is_known_by_its_first_words_and_a_page_size_that_can_be()
    {
        var bytes = new byte[DatabaseHeader.SizeBytes];
        "SQLite format 3\0"u8.CopyTo(bytes);
        foreach (var (stored, size) in new (ushort, int)[] { (512, 512), (4096, 4096), (1, 65536) })
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(16), stored);
            Assert.True(DatabaseHeader.TryParse(bytes, out var header));
            Assert.Equal(size, header.PageSize);
        }
        foreach (var wrong in new ushort[] { 0, 256, 1000, 4095 })
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(16), wrong);
            Assert.False(DatabaseHeader.TryParse(bytes, out _), $"{wrong}");
        }
        Assert.False(DatabaseHeader.TryParse(bytes.AsSpan(0, 99), out _));
    }

    /// <summary>A writer between its two copies, or dead there, must not be believed.</summary>
    [Fact]
    public async Task A_torn_wal_index_is_not_read()
    {
        await using var folder = new ReplicatedFolder();
        using var application = folder.NewTenant();
        var shm = File.ReadAllBytes(folder.PathOf(Name) + "-shm");
        Assert.True(TryRead(shm, out var header));
        Assert.True(header is { MxFrame: > 0, PageSize: 4096, IsFullyBackfilled: false });
        Assert.Equal(header.MxFrame, header.Unbackfilled);
        for (var at = 0; at < 96; at++)
        {
            shm[at] ^= 1;
            Assert.False(TryRead(shm, out _), $"byte {at}");
            shm[at] ^= 1;
        }
        // Both copies alike, and not initialised: before the first use.
        (shm[12], shm[60]) = (0, 0);
        Assert.False(TryRead(shm, out _));
    }

    [Fact]
    public async Task A_slice_ends_where_the_chain_of_checksums_breaks()
    {
        await using var folder = new ReplicatedFolder();
        var application = folder.NewTenant();
        for (var i = 0; i < 10; i++)
            application.Sql($"INSERT INTO t (v) VALUES ('row {i}')");
        using var connection = EngineConnection.Open(folder.PathOf(Name));
        connection.BeginMark();
        var index = connection.WalIndex.Read()!.Value;
        var start = WalSlice.StartOf(connection, index.Salts)!.Value;
        Assert.Null(WalSlice.StartOf(connection, new(index.Salts.Salt1 + 1, index.Salts.Salt2)));
        using (var whole = WalSlice.TryRead(connection, start, index, long.MaxValue))
            Assert.Equal((index.MxFrame, index.PageCount, index.FrameChecksum), (whole!.End.Frame, whole.Commit, whole.End.Checksum));
        // One transaction at least, and no more than asked for after it.
        using (var part = WalSlice.TryRead(connection, start, index, 1))
            Assert.InRange(part!.End.Frame, 1u, index.MxFrame - 1);
        Assert.Null(WalSlice.TryRead(connection, start with { Checksum = new(1, 2) }, index, long.MaxValue));
        Assert.Null(WalSlice.TryRead(connection, start, index with { Salts = new(7, 7) }, long.MaxValue));
        Assert.Null(WalSlice.TryRead(connection, start, index with { MxFrame = index.MxFrame + 50 }, long.MaxValue));
        using (var wal = File.OpenHandle(folder.PathOf(Name) + "-wal", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
            RandomAccess.Write(wal, [0xff], WalFrameHeader.OffsetOf(index.MxFrame / 2, 4096) + 1000);
        Assert.Null(WalSlice.TryRead(connection, start, index, long.MaxValue));
        application.Kill();
    }

    /// <summary>A WAL begun on a machine of the other byte order keeps its checksums' order wherever it is carried.</summary>
    [Fact]
    public async Task A_WAL_of_the_other_byte_order_is_captured()
    {
        await using var folder = new ReplicatedFolder();
        var application = folder.NewTenant();
        application.Sql("PRAGMA wal_autocheckpoint=0");
        for (var i = 0; i < 20; i++)
            application.Sql($"INSERT INTO t (v) VALUES ('row {i}')");
        application.Kill();
        TurnChecksums(folder.PathOf(Name));
        folder.Open();
        using var again = new Application(folder.PathOf(Name));
        // Connected from here on: the agent must not take it for gone, and the WAL away.
        Assert.Equal(["21"], again.Sql("SELECT count(*) FROM t"));
        var database = folder.Register(Name);
        await ReplicatedFolder.SyncAsync(database);
        for (var i = 0; i < 3; i++)
        {
            again.Sql($"INSERT INTO t (v) VALUES ('after {i}')");
            await ReplicatedFolder.SyncAsync(database);
        }
        Assert.Equal(["24"], again.Sql("SELECT count(*) FROM t"));
        using (var wal = File.Open(folder.PathOf(Name) + "-wal", FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
        {
            wal.Position = 3;
            Assert.Equal(0x83, wal.ReadByte());
        }
        Assert.DoesNotContain(folder.Store!.Resyncs, r => r.Value > 0);
        await folder.AssertRestoresEqualAsync(Name);
    }

    private static unsafe bool TryRead(byte[] shm, out WalIndexHeader header)
    {
        fixed (byte* mapping = shm)
            return WalIndexHeader.TryRead(mapping, out header);
    }

    private static void TurnChecksums(string path)
    {
        File.Delete(path + "-shm");
        var wal = File.ReadAllBytes(path + "-wal");
        wal[3] ^= 1;
        var sum = default(WalChecksum).Append(wal.AsSpan(0, 24), bigEndian: true);
        Write(sum, wal.AsSpan(24));
        var frameBytes = WalFrameHeader.SizeBytes + 4096;
        for (var at = WalHeader.SizeBytes; at + frameBytes <= wal.Length; at += frameBytes)
        {
            sum = sum.Append(wal.AsSpan(at, 8), bigEndian: true).Append(wal.AsSpan(at + WalFrameHeader.SizeBytes, 4096), bigEndian: true);
            Write(sum, wal.AsSpan(at + 16));
        }
        File.WriteAllBytes(path + "-wal", wal);
    }

    private static void Write(WalChecksum sum, Span<byte> target)
    {
        BinaryPrimitives.WriteUInt32BigEndian(target, sum.S0);
        BinaryPrimitives.WriteUInt32BigEndian(target[4..], sum.S1);
    }
}
