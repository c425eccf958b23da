using System.CommandLine;
using System.Globalization;
using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Agent.Commands;

/// <summary><c>litestream ltx</c>: the files of one replica, level by level.</summary>
internal static class LtxCommand
{
    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new LookupFlags();
        var json = Flag.Switch("-json", "the result as JSON");
        var target = new Argument<string?>("URL") { Arity = ArgumentArity.ZeroOrOne };
        var level = Flag.Text("-level", "N|all", "one level, 0 to 9 [all]");
        var command = new ProgramCommand("ltx", "List the LTX files of a replica", "[flags] URL|DB|GUID")
            .Group("Flags", level, json)
            .Group("To find DB or GUID", flags.MainGroup)
            .RareGroup("Buckets and agents", flags.RareGroup)
            .Example("litestream ltx file:///var/backups/databases/<guid>", "every restorable piece")
            .Example("litestream ltx -level 9 data/clients/<guid>.db", "the snapshots of a tenant of the agent that runs here");
        command.Arguments.Add(target);
        command.SetAction(async (parsed, stop) =>
        {
            var named = parsed.GetValue(target) ?? throw new UsageException("which replica? URL is missing", "litestream ltx file:///var/backups/databases/<guid>");
            var wanted = ReadLevel(parsed.GetValue(level));
            var storage = (await new ReplicaLookup(flags, parsed, context).FindAsync(named, stop)).Storage;
            var files = await ListAsync(storage, wanted, stop);
            if (files.Count == 0)
                throw new LitestreamException($"{storage.Url} holds no LTX files", hint: "a database's replica is <replica>/databases/<guid>; `litestream databases` lists them");
            return context.Answer(parsed.GetValue(json), files.ConvertAll(LtxAnswer.Of), AgentJson.Default.ListLtxAnswer, output => Write(files, output));
        });
        return command;
    }

    /// <summary>Null: all.</summary>
    private static int? ReadLevel(string? text)
    {
        if (text is null or "all")
            return null;
        return text is [>= '0' and <= '9'] ? text[0] - '0' : throw new UsageException($"-level: \"{text}\" is no level", "0 to 9, or all");
    }

    private static async Task<List<LtxFile>> ListAsync(IReplicaStorage storage, int? level, CancellationToken stop)
    {
        var files = new List<LtxFile>();
        await foreach (var file in level is { } one ? storage.ListAsync(one, stop) : storage.ListAsync(stop))
            files.Add(file);
        return files;
    }

    private static void Write(List<LtxFile> files, TextWriter output)
    {
        var table = new TextTable("level", "min_txid", "max_txid", "size", "created") { Numbers = [3] };
        foreach (var file in files)
        {
            table.Add(
                file.Level.ToString(CultureInfo.InvariantCulture), file.MinTxid.ToString(), file.MaxTxid.ToString(),
                file.SizeBytes.ToString(CultureInfo.InvariantCulture), file.CreatedAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        }
        table.Write(output);
    }
}
