using System.CommandLine;
using Litestream.Agent.Api.Control;
using Litestream.Agent.Configuration;

namespace Litestream.Agent.Commands.Control;

/// <summary><c>litestream drill</c>: whether a database's backup restores, and is the database. Exit code 3 when it is not.</summary>
internal static class DrillCommand
{
    private const int LongestSeconds = 6 * 3600;

    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new ControlFlags();
        var check = Flag.OneOf("-integrity-check", "CHECK", "SQLite's own check as well [quick]", "none", "quick", "full");
        var command = new ProgramCommand("drill", "Restore a backup aside, prove it, throw it away", "[flags] DB")
            .Group("Flags", check, flags.Json)
            .Group("Which agent", flags.AgentGroup)
            .Example("litestream drill data/app.db", "exit code 0: its backup restores, and equals the live database");
        command.Arguments.Add(flags.Database);
        command.SetAction((parsed, stop) => RunAsync(flags, check, parsed, context, stop));
        return command;
    }

    private static async Task<int> RunAsync(ControlFlags flags, Option<string?> check, ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var request = new ControlRequest { Path = flags.Named(parsed, context, "drill"), Check = parsed.GetValue(check), Timeout = LongestSeconds };
        using var agent = await flags.OpenAsync(parsed, context, stop);
        var answer = await agent.PostAsync("drill", request, ControlJson.Default.DrillAnswer, stop);
        _ = context.Answer(parsed.GetValue(flags.Json), answer, ControlJson.Default.DrillAnswer, output => Write(output, answer));
        return answer.Verdict == "passed" && answer.Damage.Count == 0 ? ExitCode.Done : ExitCode.Damaged;
    }

    private static void Write(TextWriter output, DrillAnswer answer)
    {
        output.WriteLine($"Drill of {answer.Path}: {answer.Verdict}");
        if (answer.Txid > 0)
        {
            output.WriteLine($"  {Shown.Txid(answer.Txid)}: {SizeText.Format(answer.SizeBytes)} restored in {Shown.Seconds(TimeSpan.FromMilliseconds(answer.RestoreMs))} from {answer.Files} files, thrown away since");
            output.WriteLine($"  {(answer.Proof == "sum" ? "proven equal to what was captured" : "every file's checksum is right")}{(answer.IntegrityCheck == "none" ? "" : $"; SQLite's {answer.IntegrityCheck} check passed")}");
        }
        if (answer.LiveCheck == "equal")
            output.WriteLine("  the live database is what was captured, page by page");
        else if (answer.WhyNotLive is { } why && answer.Txid > 0)
            output.WriteLine($"  not compared with the live database: {why}");
        foreach (var damage in answer.Damage)
            output.WriteLine($"  damage in the replica, which other files made good: {damage}");
        if (answer.Trouble is { } trouble)
            output.WriteLine($"  {trouble}");
    }
}
