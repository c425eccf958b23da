using System.CommandLine;
using Litestream.Agent.Commands.Control;
using Litestream.Agent.Configuration;

namespace Litestream.Agent.Commands;

/// <summary><c>litestream reset</c>: a stopped agent forgets where one database stands; its next start compares anew. Changes neither the database nor its replica.</summary>
internal static class ResetCommand
{
    private const int MostFolders = 1000;

    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new ControlFlags();
        var dryRun = Flag.Switch("-dry-run", "only say what would be dropped");
        var command = new ProgramCommand("reset", "Make a stopped agent compare a database anew", "[flags] DB")
            .Group("Flags", dryRun, flags.Json, flags.StateDirectory)
            .Example("litestream reset data/app.db", "with the agent stopped; database and replica are not touched");
        command.Arguments.Add(flags.Database);
        command.SetAction(parsed => Run(flags, parsed.GetValue(dryRun), parsed, context));
        return command;
    }

    private static int Run(ControlFlags flags, bool isDryRun, ParseResult parsed, CommandContext context)
    {
        var named = flags.Named(parsed, context, "reset");
        var roots = StateDirectory.Roots(parsed.GetValue(flags.StateDirectory), context.Environment);
        var inUse = new List<string>();
        var found = Find(named, roots, inUse).ToList();
        if (found.Count == 0)
            throw inUse.Count > 0
                ? new LitestreamException($"an agent runs with the state in {inUse[0]}: what it knows of {named} is left alone", hint: "stop the agent, then reset")
                : new LitestreamException($"nothing is known of {named} below {string.Join(" or ", roots)}", hint: "name it by its path as the agent has it, or its state with -state-dir");
        if (found.Count > 1)
            throw new LitestreamException($"{named} is known in several places:{string.Concat(found.Select(f => $"\n  {f.Folder}"))}", hint: "choose one with -state-dir");
        var (folder, known) = found[0];
        if (known.WaitingFiles > 0 && !File.Exists(known.Path))
            throw new LitestreamException(
                $"{known.Path} is gone, and its last commits are in {known.WaitingFiles} captured files that its replica may not have", hint: "start the agent, which publishes them");
        if (!isDryRun)
            Forget(folder, known.Name);
        var answer = new ResetAnswer(isDryRun ? "would_reset" : "reset", known.Path, known.Name, folder, known.WaitingFiles, known.WaitingBytes);
        return context.Answer(parsed.GetValue(flags.Json), answer, AgentJson.Default.ResetAnswer, output => Write(answer, output));
    }

    /// <param name="named">A path, a name or a GUID.</param>
    /// <param name="roots">Where agents keep their state.</param>
    /// <param name="inUse">Takes the folders that agents have open.</param>
    private static IEnumerable<(string Folder, StoredDatabase Known)> Find(string named, IEnumerable<string> roots, List<string> inUse)
    {
        foreach (var folder in roots.SelectMany(StoreFolders).Take(MostFolders))
        {
            using var state = StoredState.TryOpen(folder);
            if (state is null)
                inUse.Add(folder);
            var known = state?.Databases.FirstOrDefault(d => d.Path == named || d.Name.Equals(named, StringComparison.OrdinalIgnoreCase));
            if (known is not null)
                yield return (folder, known);
        }
    }

    private static void Forget(string folder, string name)
    {
        using var state = StoredState.TryOpen(folder) ?? throw new LitestreamException($"an agent has started with the state in {folder}", hint: "stop it first");
        state.Forget(state.Databases.First(d => d.Name == name));
    }

    /// <summary>Of every agent: its own folder, or one for each item of its file; the root may be such a folder itself.</summary>
    private static IEnumerable<string> StoreFolders(string root)
    {
        string[] agents = Directory.Exists(root) ? [root, .. Directory.GetDirectories(root)] : [];
        foreach (var agent in agents)
        {
            var stores = Path.Combine(agent, "stores");
            string[] folders = Directory.Exists(stores) ? [agent, .. Directory.GetDirectories(stores)] : [agent];
            foreach (var folder in folders.Where(StoredState.IsAt))
                yield return folder;
        }
    }

    private static void Write(ResetAnswer answer, TextWriter output)
    {
        var isDone = answer.Status == "reset";
        output.WriteLine($"{(isDone ? "Dropped" : "Would drop")} what {answer.StateFolder} knows of {answer.Path}");
        if (answer.WaitingFiles > 0)
            output.WriteLine($"  with {answer.WaitingFiles} captured files ({SizeText.Format(answer.WaitingBytes)}) that may not be in the replica: the database has what is in them, those moments one by one are gone");
        output.WriteLine($"  the agent's next start reads the replica and compares the whole database with it; neither {(isDone ? "was" : "is")} touched");
    }
}
