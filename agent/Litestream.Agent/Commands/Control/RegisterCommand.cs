using System.CommandLine;
using Litestream.Agent.Api.Control;
using Litestream.Agent.Configuration;

namespace Litestream.Agent.Commands.Control;

/// <summary><c>litestream register</c>: one more database for the agent that runs.</summary>
internal static class RegisterCommand
{
    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new ControlFlags();
        var replica = Flag.Text("-replica", "URL", "its place: s3://bucket/path or file:///folder");
        var command = new ProgramCommand("register", "Replicate one more database, from now on and over restarts", "-replica URL [flags] DB")
            .Group("Flags", replica, flags.Timeout, flags.Json)
            .Group("Which agent", flags.AgentGroup)
            .Example("litestream register -replica s3://backups/app data/app.db", "without touching the agent's file or flags")
            .Example("litestream register data/clients/acme.db", "one that was unregistered comes back to where it went");
        command.Arguments.Add(flags.Database);
        command.SetAction((parsed, stop) => RunAsync(flags, parsed.GetValue(replica), parsed, context, stop));
        return command;
    }

    private static async Task<int> RunAsync(ControlFlags flags, string? replica, ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var request = new ControlRequest
        {
            Path = context.Environment.Absolute(flags.Required(parsed, "register -replica file:///var/backups/app")),
            Timeout = flags.Seconds(parsed),
            ReplicaUrl = replica is null || ReplicaChoice.IsUrl(replica) ? replica : context.Environment.Absolute(replica),
        };
        using var agent = await flags.OpenAsync(parsed, context, stop);
        var answer = await agent.PostAsync("register", request, ControlJson.Default.RegisteredAnswer, stop);
        return context.Answer(parsed.GetValue(flags.Json), answer, ControlJson.Default.RegisteredAnswer, output => output.WriteLine(answer.Status == "already_registered"
            ? $"{answer.Path} is registered already; `litestream databases` says where it goes"
            : $"Registered {answer.Path}{(request.ReplicaUrl is null ? "" : $" -> {request.ReplicaUrl}")}; `litestream sync -wait {parsed.GetValue(flags.Database)}` waits for its first copy"));
    }
}
