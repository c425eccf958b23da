using Litestream.Agent.Configuration.ConfigFile;

namespace Litestream.Agent.Tests.Monitoring;

/// <summary>A folder with databases, each of which is replicated to <c>backups/a</c> and <c>backups/b</c>, and the agent that does it.</summary>
internal sealed class TwoPlaces : IDisposable
{
    private readonly List<Application> _applications = [];

    public TestFolder Folder { get; } = new();

    public Application Create(string name)
    {
        var application = new Application(Folder[$"{name}.db"]);
        _applications.Add(application);
        application.Sql("PRAGMA journal_mode = WAL");
        application.Sql("CREATE TABLE t (x)");
        return application;
    }

    /// <summary>The URL of one of its replicas, as the agent writes it.</summary>
    public string UrlOf(string name, string place) => $"file://{Folder[$"backups/{place}/{name}"]}";

    /// <param name="names">Databases with both replicas.</param>
    /// <param name="more">What else stands in the configuration below <c>dbs:</c>.</param>
    public Task<RunningAgent> StartAsync(IEnumerable<string> names, string more = "", TimeSpan? lagLimit = null)
    {
        var both = names.Select(n => $"  - {{path: {n}.db, replicas: [backups/a/{n}, backups/b/{n}]}}\n");
        Folder.File("litestream.yml", $"dbs:\n{string.Concat(both)}{more}");
        var file = ConfigurationReader.ReadFile(Folder["litestream.yml"], true, new() { WorkingDirectory = Folder.Path }, TimeProvider.System);
        return RunningAgent.StartAsync(Folder, o => o with
        {
            File = file,
            WatchDirectories = [],
            Replica = null,
            Points = new() { SyncInterval = TimeSpan.FromMilliseconds(100) },
            LagLimit = lagLimit ?? o.LagLimit,
        });
    }

    public static async Task<IReadOnlyList<MetricSeries>> MetricsAsync(RunningAgent agent) => MetricSeries.Read(await agent.Http.GetStringAsync("metrics"));

    public void Dispose()
    {
        _applications.ForEach(a => a.Dispose());
        Folder.Dispose();
    }
}
