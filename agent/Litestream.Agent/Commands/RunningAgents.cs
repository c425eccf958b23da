using Litestream.Agent.Configuration;

namespace Litestream.Agent.Commands;

/// <summary>Finds the agent that a command is about: the one named, the one for these directories, or the only one there is.</summary>
internal static class RunningAgents
{
    private const int MostFolders = 1000;

    private const string HowToStart = "`litestream replicate -config FILE` or `litestream -watch-dir DIRS` starts one; -socket names the socket of one that keeps its state elsewhere";

    /// <summary>Throws when none runs, and when several do and none is named.</summary>
    public static async Task<AgentSocket> RequireAsync(AgentQuery query, AgentEnvironment environment, CancellationToken stop) =>
        await FindAsync(query, environment, stop) ?? throw new LitestreamException(
            $"no agent answers: there is no live {StateDirectory.SocketName} below {string.Join(" or ", StateDirectory.Roots(query.StateRoot, environment))}", hint: HowToStart);

    /// <summary>Null when none runs. Throws when several do and none is named.</summary>
    public static async Task<AgentSocket?> FindAsync(AgentQuery query, AgentEnvironment environment, CancellationToken stop)
    {
        if (query.Socket is { } named)
        {
            return await AgentSocket.TryOpenAsync(FolderOf(environment.Absolute(named)), stop)
                ?? throw new LitestreamException($"no agent listens on {named}", hint: HowToStart);
        }
        var live = new List<AgentSocket>();
        foreach (var folder in Folders(query, environment))
        {
            if (await AgentSocket.TryOpenAsync(folder, stop) is { } agent)
                live.Add(agent);
        }
        if (live.Count <= 1)
            return live.FirstOrDefault();
        foreach (var agent in live)
            agent.Dispose();
        throw new LitestreamException(
            $"{live.Count} agents are running:{string.Concat(live.Select(a => $"\n  {Path.Combine(a.Folder, StateDirectory.SocketName)}"))}",
            hint: "choose one with -socket, or by what it watches with -watch-dir");
    }

    private static IEnumerable<string> Folders(AgentQuery query, AgentEnvironment environment)
    {
        var roots = StateDirectory.Roots(query.StateRoot, environment);
        var folders = query.Watched.Count > 0
            ? roots.Select(root => Path.Combine(root, StateDirectory.NameOf(query.Watched)))
            : roots.Where(Directory.Exists).SelectMany(Readable).Take(MostFolders);
        return folders.Where(folder => File.Exists(Path.Combine(folder, StateDirectory.SocketName)));
    }

    private static string[] Readable(string root)
    {
        try
        {
            return Directory.GetDirectories(root);
        }
        catch (UnauthorizedAccessException)
        {
            return []; // another user's agents
        }
    }

    private static string FolderOf(string socket) => Directory.Exists(socket) ? socket : Path.GetDirectoryName(socket)!;
}
