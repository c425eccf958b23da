using System.CommandLine;
using Litestream.Agent.Configuration;
using Litestream.Agent.Configuration.ConfigFile;
using Litestream.Agent.Watching;
using Litestream.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Agent.Commands;

/// <summary>
/// Which replica a command means. In this order: a database or GUID below <c>-replica</c> or <c>-bucket</c>; a URL or a replica's folder; a database or GUID
/// that the running agent replicates, or that a configuration file is about; one below <c>./backups</c>, where agents replicate to unless told otherwise.
/// </summary>
internal sealed class ReplicaLookup(LookupFlags flags, ParseResult parsed, CommandContext context, ILogger? log = null)
{
    private AgentEnvironment Environment => context.Environment;

    /// <summary>Throws <see cref="LitestreamException"/> when nothing fits.</summary>
    public async Task<FoundReplica> FindAsync(string named, CancellationToken stop) =>
        await TryFindAsync(named, stop) ?? throw new LitestreamException(
            $"{named} is neither a URL nor a replica's folder, and no agent is running that could know it", hint: "give the URL of its replica, or -replica and its name");

    /// <summary>The same; what is nowhere is taken for a replica that does not exist yet: a GUID's in <c>./backups</c>, else the folder of that name.</summary>
    public async Task<FoundReplica> FindOrExpectAsync(string named, CancellationToken stop) =>
        await TryFindAsync(named, stop)
        ?? (TenantFiles.TryParseGuid(named, out var guid) ? new(Open(null), ReplicaRoot.DefaultPathOf(guid)) : new(Open(named), ""));

    private async Task<FoundReplica?> TryFindAsync(string named, CancellationToken stop)
    {
        if (named.Length == 0)
            throw new UsageException("which replica? The URL is empty", "litestream restore -o restored.db file:///var/backups/databases/<guid>");
        if (flags.Config.Named(parsed, context) is { } file)
            return await OfFileAsync(file, named, stop) ?? throw ConfiguredRestore.Unknown(file, named);
        if (flags.Replica.Read(parsed) is { } root)
            return ReplicaChoice.IsUrl(named)
                ? throw new UsageException("-replica and the URL both say where the backup is", "give one of them; with -replica comes a GUID or a name")
                : new(Open(root), PathOf(named));
        if (ReplicaChoice.IsPlace(named, Environment))
            return new(ReplicaChoice.OpenOne(named, Environment, log), "");
        if (await AtAgentAsync(named, stop) is { } url)
            return new(ReplicaChoice.OpenOne(url, Environment, log), "");
        if (flags.Config.Find(parsed, context) is { } usualFile && await OfFileAsync(usualFile, named, stop) is { } found)
            return found;
        var name = TenantFiles.TryParseGuid(named, out var guid) ? guid : named;
        var usual = Open(null);
        return DatabaseName.IsValid(name) && Directory.Exists(System.IO.Path.Join(usual.LocalFolder, ReplicaRoot.DefaultPathOf(name)))
            ? new(usual, ReplicaRoot.DefaultPathOf(name))
            : null;
    }

    /// <summary>Null when no agent runs; one that runs and does not know it is told.</summary>
    private async Task<string?> AtAgentAsync(string named, CancellationToken stop)
    {
        using var agent = await RunningAgents.FindAsync(new(parsed.GetValue(flags.Socket), parsed.GetValue(flags.StateDirectory), []), Environment, stop);
        if (agent is null)
            return null;
        var path = Environment.Absolute(named);
        var report = await AgentReport.AllAsync(agent, stop);
        var client = report.Clients.FirstOrDefault(c => c.DatabasePath == path || c.ClientId.Equals(named, StringComparison.OrdinalIgnoreCase))
            ?? throw new LitestreamException($"the running agent does not replicate {named}", hint: "`litestream databases` lists what it does; -replica URL looks into a replica by itself");
        return client.Replica;
    }

    private async Task<FoundReplica?> OfFileAsync(ConfigurationFile file, string named, CancellationToken stop)
    {
        if (await new ConfiguredDatabases(file, Environment, context.Time).FindAsync(named, stop) is not { } database)
            return null;
        var newest = new NewestReplica(Environment, context.Time, log ?? NullLogger.Instance);
        var root = await newest.OpenAsync(database.Replicas, new() { OutputPath = database.Path }, stop);
        newest.Tell();
        return new(root, "");
    }

    /// <summary>As the agent names it: by GUID, or by the name of <c>-db-name</c> or the file.</summary>
    private static string PathOf(string named)
    {
        if (TenantFiles.TryParseGuid(named, out var guid) || TenantFiles.TryParseTenant(System.IO.Path.GetFileName(named), out guid))
            return ReplicaRoot.DefaultPathOf(guid);
        return DatabaseName.IsValid(named)
            ? ReplicaRoot.DefaultPathOf(named)
            : throw new UsageException($"\"{named}\" is no GUID and no name of a database", "names have A-Z a-z 0-9 . _ - only; `litestream databases -replica URL` lists them");
    }

    private ReplicaRoot Open(string? url) => ReplicaChoice.Open(url, Environment, log);
}
