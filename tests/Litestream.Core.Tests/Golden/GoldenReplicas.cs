using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using Litestream.Ltx;

namespace Litestream.Core.Tests.Golden;

/// <summary>
/// Replicas written by the genuine program (tests/golden), unpacked into a directory of its own with their modification times, which are
/// the files' creation times for a folder replica. Use it as a class fixture.
/// </summary>
public sealed class GoldenReplicas : IDisposable
{
    public GoldenReplicas()
    {
        Root = Directory.CreateTempSubdirectory("litestream-golden-").FullName;
        using var packed = File.OpenRead(Path.Combine(RepositoryRoot(), "tests", "golden", "golden.tar.gz"));
        using var tar = new GZipStream(packed, CompressionMode.Decompress);
        TarFile.ExtractToDirectory(tar, Root, overwriteFiles: false);
    }

    /// <summary>The replicas' names. A constant, because theories are listed before anything is unpacked.</summary>
    public static TheoryData<string> Names =>
    [
        "grow-4096", "levels-short-retention-4096", "restart-4096", "simple-4096",
        "simple-512", "simple-65536", "vacuum-4096", "vfs-write-4096",
    ];

    public string Root { get; }

    /// <summary>Root of a folder replica (the directory that holds <c>ltx/</c>).</summary>
    public string ReplicaPath(string name) => Path.Combine(Root, name, "replica");

    public IReadOnlyList<string> LtxFiles(string name) =>
        [.. Directory.EnumerateFiles(ReplicaPath(name), "*.ltx", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    /// <summary>Hash of the database that a restore to the end gives, lower-case hexadecimal.</summary>
    public string RestoredSha256(string name) => File.ReadAllText(Path.Combine(Root, name, "restored.sha256")).Trim();

    /// <summary>The database that was replicated; null where none was kept.</summary>
    public byte[]? SourceDatabase(string name)
    {
        var path = Path.Combine(Root, name, "source.db.gz");
        if (!File.Exists(path))
            return null;
        using var unpacked = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        unpacked.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>Restorable points and what they give; empty where none were recorded.</summary>
    internal IReadOnlyList<GoldenPoint> Points(string name)
    {
        var path = Path.Combine(Root, name, "points.txt");
        return File.Exists(path) ? [.. File.ReadLines(path).Select(ParsePoint)] : [];
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static GoldenPoint ParsePoint(string line)
    {
        var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new(new Txid(Convert.ToUInt64(fields[0], 16)), fields[1], long.Parse(fields[2], CultureInfo.InvariantCulture));
    }

    private static string RepositoryRoot()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Litestream.sln")))
            directory = Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("the tests do not run inside the repository");
        return directory;
    }
}
