using System.CommandLine;
using Litestream.Agent.Api.Control;
using Litestream.Agent.Configuration;
using Litestream.Agent.Watching;

namespace Litestream.Agent.Commands.Control;

/// <summary>What the commands have in common that tell a running agent what to do, or ask it.</summary>
internal sealed class ControlFlags
{
    public Argument<string?> Database { get; } = new("DB") { Arity = ArgumentArity.ZeroOrOne };

    public Option<int?> Timeout { get; } = Flag.Seconds("-timeout", $"longest time to wait for the replica [{ControlRequest.UsualSeconds}]", ControlRequest.MostSeconds);

    public Option<bool> Json { get; } = Flag.Switch("-json", "the result as JSON");

    public Option<string?> Socket { get; } = Flag.Text("-socket", "PATH", "of the agent [the only one that runs]");

    public Option<string?> StateDirectory { get; } = Flag.Text("-state-dir", "DIR", "where agents keep their state [as replicate does]");

    public ConfigFlags Config { get; } = new();

    public Option[] AgentGroup => [Socket, StateDirectory, .. Config.Group];

    public int Seconds(ParseResult parsed) => parsed.GetValue(Timeout) ?? ControlRequest.UsualSeconds;

    /// <summary>The agent that is meant; throws when none answers.</summary>
    public Task<AgentSocket> OpenAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var file = Config.Named(parsed, context);
        return RunningAgents.RequireAsync(
            new(parsed.GetValue(Socket), parsed.GetValue(StateDirectory) ?? file?.StateRoot, file is null ? [] : [file.Path]), context.Environment, stop);
    }

    /// <summary>As the control socket takes it: a GUID or a name as it is, a path made absolute.</summary>
    public string Named(ParseResult parsed, CommandContext context, string command) => Meant(Required(parsed, command), context);

    /// <summary>The same of what was written.</summary>
    public static string Meant(string named, CommandContext context)
    {
        var path = context.Environment.Absolute(named);
        return TenantFiles.TryParseGuid(named, out var guid) ? guid
            : named.Contains('/', StringComparison.Ordinal) || TenantFiles.HasDatabaseExtension(named) || File.Exists(path) ? path
            : named;
    }

    public string Required(ParseResult parsed, string command) => parsed.GetValue(Database) is { Length: > 0 } named
        ? named
        : throw new UsageException("which database? Its path is missing", $"litestream {command} data/app.db; a GUID or a name goes as well");

    public ControlRequest Request(ParseResult parsed, CommandContext context, string command) =>
        new() { Path = Named(parsed, context, command), Timeout = Seconds(parsed) };
}
