using System.CommandLine;
using System.Text.Json;
using Litestream.Agent.Api.Control;
using Litestream.Agent.Configuration;

namespace Litestream.Agent.Commands.Control;

/// <summary><c>litestream info</c>: which agent runs here.</summary>
internal static class InfoCommand
{
    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new ControlFlags();
        var command = new ProgramCommand("info", "Show which agent runs: version, process, age, socket", "[flags]")
            .Group("Flags", flags.Json)
            .Group("Which agent", flags.AgentGroup);
        command.SetAction((parsed, stop) => RunAsync(flags, parsed, context, stop));
        return command;
    }

    private static async Task<int> RunAsync(ControlFlags flags, ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        using var agent = await flags.OpenAsync(parsed, context, stop);
        var info = await agent.GetAsync("info", ControlJson.Default.InfoAnswer, stop);
        if (parsed.GetValue(flags.Json))
        {
            context.Out.WriteLine(JsonSerializer.Serialize(info, ControlJson.Default.InfoAnswer));
            return ExitCode.Done;
        }
        context.Out.WriteLine($"litestream {info.Version}, process {info.Pid}, up {DurationText.Format(TimeSpan.FromSeconds(info.UptimeSeconds))} (since {Shown.Time(info.StartedAt)})");
        context.Out.WriteLine($"  socket {agent.Path}");
        context.Out.WriteLine($"  {info.DatabaseCount} databases; `litestream list` names them, `litestream status` says how they are");
        return ExitCode.Done;
    }
}
