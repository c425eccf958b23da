using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Litestream.Tests.Servers;

/// <summary>
/// A real object store: Ceph of one node on loopback, by the scripts of tests/ceph, with ports and state of its own. Fetched at first use. Started when
/// the environment says <c>LITESTREAM_TEST_S3=ceph</c>; it takes 3 seconds and 250 MB of memory.
/// </summary>
internal sealed class CephServer : IDisposable
{
    public const string AccessKeyId = "AKIDTESTS00000000001";
    public const string SecretAccessKey = "secret/of+the/tests/0123456789abcdefghij";

    /// <summary>Another user, who may not touch our buckets.</summary>
    public const string OtherAccessKeyId = AccessKeyId + "X";

    private readonly string _state;
    private readonly string _store;

    private CephServer(int port, string store) => (Port, _store, _state) = (port, store, $"s3state-{Environment.ProcessId}-{port}");

    public int Port { get; }

    public string Endpoint => $"http://127.0.0.1:{Port}";

    public static bool IsWanted => Environment.GetEnvironmentVariable("LITESTREAM_TEST_S3") == "ceph";

    private static string Home { get; } = Environment.GetEnvironmentVariable("CEPH_HOME") is { Length: > 0 } home
        ? home
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "ceph-s3");

    /// <param name="keeps">Its content outlives a crash; slower.</param>
    public static CephServer Start(bool keeps = false)
    {
        Run("install.sh", []);
        DeleteLeftovers();
        var server = new CephServer(FreePorts(), keeps ? "bluestore" : "memstore");
        // A test process may end in any way.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.Dispose();
        server.Start();
        return server;
    }

    public string Url(string bucketAndPath) => $"s3://{bucketAndPath}?endpoint={Endpoint}&region=us-east-1&forcePathStyle=true";

    public void Start() => Run("start.sh", Variables());

    /// <summary>SIGKILL for every part of it; <see cref="Start()"/> starts it again.</summary>
    public void Kill() => Run("stop.sh", [.. Variables(), ("KILL", "1")]);

    public void Dispose() => Run("stop.sh", [.. Variables(), ("KILL", "1"), ("WIPE", "1")]);

    private List<(string Name, string Value)> Variables() =>
        [("PORT", $"{Port}"), ("STATE", _state), ("STORE", _store), ("AK", AccessKeyId), ("SK", SecretAccessKey)];

    /// <summary>Of test processes that were killed.</summary>
    private static void DeleteLeftovers()
    {
        var root = Path.Combine(Home, "forky-root");
        foreach (var folder in Directory.EnumerateDirectories(root, "s3state-*-*"))
        {
            var name = Path.GetFileName(folder).Split('-');
            if (int.TryParse(name[1], out var pid) && !Directory.Exists($"/proc/{pid}"))
                Run("stop.sh", [("STATE", Path.GetFileName(folder)), ("KILL", "1"), ("WIPE", "1")]);
        }
    }

    /// <summary>The first of four in a row.</summary>
    private static int FreePorts()
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            var first = Random.Shared.Next(20_000, 30_000);
            if (Enumerable.Range(first, 4).All(IsFree))
                return first;
        }
        throw new InvalidOperationException("No four free ports in a row.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static void Run(string script, IEnumerable<(string Name, string Value)> variables)
    {
        var log = Path.GetTempFileName();
        // Into a file: its daemons inherit what the script writes to, and would hold a pipe open.
        var start = new ProcessStartInfo("bash", ["-c", $"exec bash \"$0\" >'{log}' 2>&1 </dev/null", Path.Combine(ScriptFolder(), script)]) { UseShellExecute = false };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.WaitForExit();
        var said = File.ReadAllText(log);
        File.Delete(log);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"tests/ceph/{script} ended with {process.ExitCode}:\n{said}");
    }

    private static string ScriptFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Litestream.sln")))
                return Path.Combine(folder.FullName, "tests", "ceph");
        throw new InvalidOperationException($"No Litestream.sln above {AppContext.BaseDirectory}: run the tests from a checkout.");
    }
}
