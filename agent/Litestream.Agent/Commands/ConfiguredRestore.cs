using System.CommandLine;
using Litestream.Agent.Configuration.ConfigFile;
using Litestream.Restore;

namespace Litestream.Agent.Commands;

/// <summary>
/// <c>restore -config FILE [DATABASE]</c>: to where it was, from where the file says; without a name all of them. One that cannot be restored, because
/// its file is there for one, is told and does not keep the others from it.
/// </summary>
internal static class ConfiguredRestore
{
    public static async Task<int> RunAsync(
        ConfigurationFile file, RestoreFlags flags, ParseResult parsed, CommandContext context, ILoggerFactory logging, CancellationToken stop)
    {
        var databases = new ConfiguredDatabases(file, context.Environment, context.Time);
        if (parsed.GetValue(flags.Url) is { } named)
        {
            var one = await databases.FindAsync(named, stop)
                ?? throw Unknown(file, named);
            return await RestoreAsync(one, flags, parsed, context, logging, stop);
        }
        if (parsed.GetValue(flags.Output) is not null || parsed.GetValue(flags.Follow) || parsed.GetValue(flags.Txid) is not null)
            throw new UsageException("-o, -f and -txid are about one database", $"name it: litestream restore -config {file.Name} DATABASE");
        return await RestoreAllAsync(databases, file, flags, parsed, context, logging, stop);
    }

    public static LitestreamException Unknown(ConfigurationFile file, string named) =>
        new($"{file.Name} says nothing of {named}", hint: $"`litestream databases -config {file.Name}` lists what it is about");

    private static async Task<int> RestoreAllAsync(
        ConfiguredDatabases databases, ConfigurationFile file, RestoreFlags flags, ParseResult parsed, CommandContext context, ILoggerFactory logging, CancellationToken stop)
    {
        var (worst, count) = (ExitCode.Done, 0);
        await foreach (var database in databases.AllAsync(stop))
        {
            count++;
            try
            {
                if (database.Trouble is { } trouble)
                    throw trouble;
                worst = Worse(worst, await RestoreAsync(database, flags, parsed, context, logging, stop));
            }
            catch (Exception error) when (error is LitestreamException and not UsageException or IOException or UnauthorizedAccessException)
            {
                context.Error.WriteLine($"litestream: {database.Path}: {error.Message}");
                if (error is LitestreamException { Hint: { } hint })
                    context.Error.WriteLine($"hint: {hint}");
                worst = ExitCode.Failed;
            }
        }
        foreach (var (url, error) in databases.Away)
            logging.CreateLogger("Litestream.Agent").DatabasesNotLookedFor(url, error.Message);
        // One that did not answer may hold some.
        if (count > 0 || (parsed.GetValue(flags.IfReplicaExists) && databases.Away.Count == 0))
            return worst;
        throw new LitestreamException($"no replica of {file.Name} holds a database");
    }

    private static async Task<int> RestoreAsync(
        ConfiguredDatabase database, RestoreFlags flags, ParseResult parsed, CommandContext context, ILoggerFactory logging, CancellationToken stop)
    {
        var request = flags.ReadFor(database.Path, parsed, context.Environment);
        if (request is { IfDatabaseNotExists: true, FollowEvery: null } && new FileInfo(request.Options.OutputPath) is { Exists: true, Length: > 0 })
            return new RestoreReport(context.Out, request, string.Join(", ", database.Replicas.Select(r => r.Location))).Skipped("the file exists");
        // Whoever follows stays in one place.
        var replicas = request.FollowEvery is null ? database.Replicas : [.. database.Replicas.Where(r => !r.Location.IsDated)];
        if (replicas.Count == 0)
            throw new LitestreamException($"{database.Path} has a folder for each day: -f would stay in today's", hint: "give it a second replica whose path has no date, and follow that");
        var newest = new NewestReplica(context.Environment, context.Time, logging.CreateLogger("Litestream.Storage"));
        using var root = await newest.OpenAsync(replicas, request.Options, stop);
        newest.Tell();
        if (!request.DryRun && Path.GetDirectoryName(request.Options.OutputPath) is { Length: > 0 } folder)
            DestinationFolder.Create(folder); // on a fresh disk not even that is there
        return await RestoreCommand.RunAsync(request, new FoundReplica(root, ""), context, logging, stop);
    }

    /// <summary>A failure outweighs damage that was made good.</summary>
    private static int Worse(int one, int other) => one == ExitCode.Failed || other == ExitCode.Done ? one : other;
}
