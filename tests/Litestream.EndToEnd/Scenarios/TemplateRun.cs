using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Scenarios;

/// <summary>A template of packaging/config and the published program, from an empty directory to databases that were lost and are back.</summary>
internal static class TemplateRun
{
    public static string Folder => Path.Combine(Repository.Root, "packaging", "config");

    public static string PathOf(string template) => Path.Combine(Folder, template);

    /// <summary>Starts, replicates, stops; then the databases are gone, and are restored to what they were.</summary>
    /// <param name="settings">What the template takes from the environment.</param>
    /// <param name="databases">Below the data directory.</param>
    public static async Task ReplicatesAndRestoresAsync(Sandbox sandbox, string template, Dictionary<string, string> settings, params string[] databases)
    {
        var config = PathOf(template);
        var paths = databases.Select(name => Path.Combine(sandbox.Data, name)).ToList();
        var expected = new List<string>();
        var agent = RunningAgent.Launch(sandbox, settings, "replicate", "-config", config);
        await agent.WaitForLineAsync("Ready");
        foreach (var path in paths)
        {
            await File.WriteAllBytesAsync(path, []); // as SQLite itself begins
            using var application = await Application.OpenAsync(sandbox, path);
            await application.ExecuteAsync("PRAGMA journal_mode = WAL");
            await application.ExecuteAsync("CREATE TABLE t (x)");
            await application.ExecuteAsync($"INSERT INTO t VALUES ('{Path.GetFileName(path)}')");
            await application.EndAsync();
            expected.Add(await Sqlite3Program.DumpAsync(sandbox, path));
        }
        await Eventually.TrueAsync(
            async () => (await agent.StatusAsync()).Clients.Count(c => c is { Status: "active", ReplicatedNumber: > 0 }) == paths.Count, () => $"all are replicated\n{agent.Said}");
        await agent.StopInOrderAsync();

        foreach (var path in paths)
            File.Delete(path);
        var restored = await ChildProcess.RunAsync(PublishedProgram.Path, ["restore", "-config", config], sandbox.Root, sandbox.EnvironmentWith(settings));
        restored.MustSucceed();
        for (var i = 0; i < paths.Count; i++)
            Assert.Equal(expected[i], await Sqlite3Program.DumpAsync(sandbox, paths[i]));
    }
}
