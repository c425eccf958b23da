using System.CommandLine;
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
        return context.Answer(parsed.GetValue(flags.Json), info, ControlJson.Default.InfoAnswer, output =>
        {
            output.WriteLine($"litestream {info.Version}, process {info.Pid}, up {DurationText.Format(TimeSpan.FromSeconds(info.UptimeSeconds))} (since {Shown.Time(info.StartedAt)})");
            output.WriteLine($"  socket {agent.Path}");
            output.WriteLine($"  {info.DatabaseCount} databases; `litestream list` names them, `litestream status` says how they are");
        });
    }
}
