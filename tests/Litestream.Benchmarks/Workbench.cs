using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Litestream.Benchmarks;

/// <summary>A folder for one run: data, replica, state. Gone afterwards.</summary>
internal sealed class Workbench : IDisposable
{
    private static readonly string WriterAssembly = Path.Combine(AppContext.BaseDirectory, "Litestream.Writer.dll");

    /// <summary>
    /// That of the machine, as most applications have it: the bundled one of this old SQLitePCLRaw waits for whole seconds wherever another one waits for milliseconds, and what it waits
    /// would drown what we make it wait.
    /// </summary>
    private static readonly string WriterSqlite = NativeLibrary.TryLoad("libsqlite3.so.0", out _) ? "system" : "bundled";

    public Workbench()
    {
        Root = Directory.CreateTempSubdirectory("litestream-bench-").FullName;
        Data = Directory.CreateDirectory(Path.Combine(Root, "data")).FullName;
        Replica = Path.Combine(Root, "replica");
        State = Directory.CreateDirectory(Path.Combine(Root, "state")).FullName;
    }

    public string Root { get; }

    public string Data { get; }

    public string Replica { get; }

    /// <summary>The folder, unless something else is measured.</summary>
    public string? ReplicaUrl { get; init; }

    /// <summary>For the agent, beside the machine's own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public string State { get; }

    public string NewTenantPath() => Path.Combine(Data, Guid.NewGuid() + ".db");

    /// <summary>A database of about 20 KB outside the watched directory, to be renamed into it.</summary>
    public string CreateTemplate(string name = "template")
    {
        var path = Path.Combine(Root, name);
        Write("create", path, "-rows", "80");
        return path;
    }

    /// <summary>Runs the writer to its end and answers what it said.</summary>
    public string Write(params string[] arguments)
    {
        using var writer = StartWriter(arguments);
        var said = writer.StandardOutput.ReadToEnd();
        writer.WaitForExit();
        return writer.ExitCode == 0 ? said : throw new InvalidOperationException($"writer {string.Join(' ', arguments)} ended with {writer.ExitCode}: {said}");
    }

    public Process StartWriter(params string[] arguments) =>
        Process.Start(new ProcessStartInfo("dotnet", [WriterAssembly, .. arguments])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            Environment = { ["LITESTREAM_WRITER_SQLITE"] = WriterSqlite },
        })!;

    /// <summary>Of everything that a reader of a database can see.</summary>
    public string Digest(string path) => Write("dump", path, "-digest").Split('\t')[1].Trim();

    /// <summary>The SQLite of the writers, with its version.</summary>
    public string DescribeSqlite() => $"{Write("version").Trim()}, {WriterSqlite}";

    /// <summary>When each file of the replica appeared under its name (its inode's change time), by path from the replica's root.</summary>
    public Dictionary<string, DateTime> PublishedAt()
    {
        if (!Directory.Exists(Replica))
            return [];
        using var find = Process.Start(new ProcessStartInfo("find", [Replica, "-name", "*.ltx", "-printf", "%C@ %P\\n"]) { RedirectStandardOutput = true })!;
        var lines = find.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        find.WaitForExit();
        return lines.Select(line => line.Split(' ', 2))
            .ToDictionary(parts => parts[1], parts => DateTime.UnixEpoch.AddSeconds(double.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture)));
    }

    /// <summary>Of the one file with a whole database: the first transaction, in level 1.</summary>
    public double ImageBytes() => new FileInfo(Directory.EnumerateFiles(Replica, "*.ltx", SearchOption.AllDirectories)
        .Single(f => f.EndsWith("/ltx/1/0000000000000001-0000000000000001.ltx", StringComparison.Ordinal))).Length;

    /// <summary>Of all files of the replica.</summary>
    public double PublishedBytes() => Directory.EnumerateFiles(Replica, "*.ltx", SearchOption.AllDirectories).Sum(f => (double)new FileInfo(f).Length);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
