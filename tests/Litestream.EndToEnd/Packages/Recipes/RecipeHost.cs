using Litestream.EndToEnd.Programs;
using Litestream.Tests.Servers;

namespace Litestream.EndToEnd.Packages.Recipes;

/// <summary>A host of a recipe: a folder with the application, a state directory of its own, the program on the path, and a terminal.</summary>
internal sealed class RecipeHost : IDisposable
{
    private readonly Sandbox _sandbox;
    private readonly Lazy<Terminal> _terminal;

    public RecipeHost(Sandbox sandbox, string name, IReadOnlyDictionary<string, string> environment)
    {
        _sandbox = sandbox;
        Folder = sandbox.Folder(name);
        Programs = Directory.CreateDirectory(Path.Combine(Folder, "bin")).FullName;
        File.CreateSymbolicLink(Path.Combine(Programs, "litestream"), PublishedProgram.Path);
        var all = new Dictionary<string, string>(sandbox.EnvironmentWith(environment))
        {
            ["PATH"] = $"{Programs}:{Environment.GetEnvironmentVariable("PATH")}",
            ["LITESTREAM_STATE_DIR"] = Directory.CreateDirectory(Path.Combine(Folder, "state")).FullName,
            // By this the store tells its hosts apart.
            ["AWS_ACCESS_KEY_ID"] = AccessKeyOf(name),
        };
        _terminal = new(() => new(Folder, all));
    }

    public static string AccessKeyOf(string name) => $"{S3Server.AccessKeyId}-of-{name}";

    public string Folder { get; }

    /// <summary>First on the path.</summary>
    public string Programs { get; }

    public Terminal Terminal => _terminal.Value;

    public string Database => Path.Combine(Folder, "data", "app.db");

    /// <summary>What the service <c>app</c> is: writes to data/app.db, which must be there, all the time, and ends well when it is told to.</summary>
    public void InstallWriter(int seed) => Install($"test -f data/app.db\nexec {WriterProgram.Typed} write data/app.db -log acks -rate 100 -seed {seed}\n");

    /// <summary>The service <c>app</c> as a script.</summary>
    public void Install(string script) => File.WriteAllText(Path.Combine(Folder, "app.sh"), "set -eu\n" + script);

    public Task WritesAsync() => Eventually.TrueAsync(
        () => new FileInfo(Path.Combine(Folder, "acks")) is { Exists: true, Length: > 1000 }, () => $"{Folder}: the application commits\n{Terminal.Said}");

    /// <summary>What the database says now.</summary>
    public async Task<string> DigestAsync() => (await WriterProgram.DigestsAsync(_sandbox, Database))[Database];

    public void Dispose()
    {
        if (_terminal.IsValueCreated)
            _terminal.Value.Dispose();
    }
}
