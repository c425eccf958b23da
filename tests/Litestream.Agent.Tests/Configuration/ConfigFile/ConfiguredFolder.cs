using Litestream.Agent.Configuration;
using Litestream.Agent.Configuration.ConfigFile;

namespace Litestream.Agent.Tests.Configuration.ConfigFile;

/// <summary>A folder with a litestream.yml, databases, and an agent that does what the file says.</summary>
internal sealed class ConfiguredFolder(TimeProvider? time = null) : IDisposable
{
    private readonly TestFolder _folder = new();

    public string Path => _folder.Path;

    public string this[string name] => _folder[name];

    public string Folder(string name) => _folder.Folder(name);

    /// <summary>A litestream.yml; /PLACE stands for this folder.</summary>
    public string Write(string text) => _folder.File("litestream.yml", text.Replace("/PLACE", Path, StringComparison.Ordinal));

    /// <summary>A database whose one row is its path.</summary>
    public Application Create(string path)
    {
        var application = new Application(this[path]);
        application.Sql("PRAGMA journal_mode = WAL");
        application.Sql("CREATE TABLE t (x)");
        application.Sql($"INSERT INTO t VALUES ('{path}')");
        return application;
    }

    /// <summary>What the rows of a database say.</summary>
    /// <param name="path">In the folder, or absolute.</param>
    public IReadOnlyList<string> Rows(string path)
    {
        using var reader = new Application(this[path]);
        return reader.Sql("SELECT x FROM t");
    }

    public ConfigurationFile Read(string config) => ConfigurationReader.ReadFile(config, true, new() { WorkingDirectory = Path }, time ?? TimeProvider.System);

    public Task<RunningAgent> StartAsync(string config, Func<AgentOptions, AgentOptions>? change = null) => RunningAgent.StartAsync(
        _folder,
        o =>
        {
            var options = o with { File = Read(config), WatchDirectories = [], Replica = null, StateRoot = this["state"], Points = new() { SyncInterval = TimeSpan.FromMilliseconds(100) } };
            return change?.Invoke(options) ?? options;
        },
        time);

    public void Dispose() => _folder.Dispose();
}
