using Litestream.Core.Tests.Storage;
using Litestream.Ltx;
using Microsoft.Data.Sqlite;

namespace Litestream.Core.Tests.Restore.Generations;

/// <summary>A replica as Litestream v0.3 laid it out, of a real database: a snapshot, two WALs, the first in two pieces; and the states it can restore.</summary>
internal sealed class OldReplica : IDisposable
{
    public static readonly DateTimeOffset Start = new(2022, 3, 4, 5, 0, 0, TimeSpan.Zero);

    private const string Generation = "0123456789abcdef";

    private readonly ScratchFolder _scratch = new();
    private readonly SqliteConnection _connection;

    public OldReplica()
    {
        SqliteForTests.Choose();
        _connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        _connection.Open();
        Run("PRAGMA page_size=4096; PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t(v) VALUES (randomblob(200000)), ('a')");
        Checkpoint();
        Put("snapshots/00000000.snapshot.lz4", File.ReadAllBytes(Database));
        Run("UPDATE t SET v = 'b' WHERE id = 2");
        var first = Wal();
        Put("wal/00000000_00000000.wal.lz4", first);
        Run("INSERT INTO t(v) VALUES (randomblob(70000))");
        Put($"wal/00000000_{first.Length:x8}.wal.lz4", Wal()[first.Length..]);
        States.Add(Checkpoint());
        Run("DELETE FROM t WHERE id = 1; VACUUM; INSERT INTO t(v) VALUES ('c')");
        Put("wal/00000001_00000000.wal.lz4", Wal());
        States.Add(Checkpoint());
    }

    public string Folder => _scratch["replica"];

    /// <summary>After the first WAL, and after the second.</summary>
    public List<byte[]> States { get; } = [];

    public string[] Files => [.. Directory.GetFiles(Folder, "*.lz4", SearchOption.AllDirectories).OrderBy(File.GetLastWriteTimeUtc)];

    private string Database => _scratch["x.db"];

    public void Dispose()
    {
        _connection.Dispose();
        _scratch.Dispose();
    }

    private byte[] Wal() => File.ReadAllBytes(Database + "-wal");

    private byte[] Checkpoint()
    {
        Run("PRAGMA wal_checkpoint(TRUNCATE)");
        return File.ReadAllBytes(Database);
    }

    private void Run(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Each file a minute after the one before.</summary>
    private void Put(string name, byte[] content)
    {
        var path = Path.Combine(Folder, "generations", Generation, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var time = Start.AddMinutes(Files.Length);
        File.WriteAllBytes(path, Frame(content));
        File.SetLastWriteTimeUtc(path, time.UtcDateTime);
    }

    /// <summary>An LZ4 frame of stored and compressed blocks of 64 KiB, with a checksum of its content.</summary>
    private static byte[] Frame(byte[] content)
    {
        using var frame = new MemoryStream();
        frame.Write([0x04, 0x22, 0x4d, 0x18, 0x64, 0x40, 0xa7]);
        var hash = new XxHash32();
        hash.Append(content);
        foreach (var block in content.Chunk(65536))
        {
            var room = new byte[Lz4Block.CompressBound(block.Length)];
            var length = Lz4Block.Compress(block, room);
            var stored = length >= block.Length;
            frame.Write(BitConverter.GetBytes(stored ? (uint)block.Length | 1U << 31 : (uint)length));
            frame.Write(stored ? block : room.AsSpan(0, length));
        }
        frame.Write(new byte[4]);
        frame.Write(BitConverter.GetBytes(hash.Finish()));
        return frame.ToArray();
    }
}
