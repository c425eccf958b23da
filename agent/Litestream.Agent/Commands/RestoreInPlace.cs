using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Litestream.Agent.Api.Control;
using Litestream.Agent.Commands.Control;
using Litestream.Agent.Configuration;

namespace Litestream.Agent.Commands;

/// <summary><c>litestream restore -in-place</c> and <c>-undo</c>: the agent that replicates a database gives it another state, under whoever reads it.</summary>
internal static class RestoreInPlace
{
    public static async Task<int> RunAsync(RestoreFlags flags, ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var (named, request) = flags.ReadInPlace(parsed, context);
        var file = flags.Lookup.Config.Named(parsed, context);
        using var agent = await RunningAgents.RequireAsync(
            new(parsed.GetValue(flags.Lookup.Socket), parsed.GetValue(flags.Lookup.StateDirectory) ?? file?.StateRoot, file is null ? [] : [file.Path]), context.Environment, stop);
        InPlaceAnswer? result = null;
        using (var shown = new RestoreProgressLine(context.IsInteractive ? context.Error : null, context.Time))
        {
            await foreach (var line in agent.StreamAsync("restore", request, ControlJson.Default.RestoreLine, stop))
            {
                if (line.Failure is { } failure)
                    throw new LitestreamException(failure.Error, hint: failure.Details);
                result = line.Result;
                if (line.Step is { } step)
                    shown.Draw(step, line.PagesDone, line.PagesTotal, line.BytesRead);
            }
        }
        if (result is null)
            throw new LitestreamException($"the agent of {agent.Path} ended in the middle of the restore", hint: "the database has its old or its new state, whole; its log and `litestream status` say which");
        return context.Answer(parsed.GetValue(flags.Json), result, ControlJson.Default.InPlaceAnswer, output => Write(output, result, named, request.Undo));
    }

    private static void Write(TextWriter output, InPlaceAnswer result, string named, bool isUndo)
    {
        output.WriteLine($"{(isUndo ? "Went back with" : "Restored")} {result.Path} to {Shown.Txid(result.Txid)} of {Shown.Time(result.Timestamp)}");
        var waited = result.WasAlone ? "nobody had it open" : string.Create(CultureInfo.InvariantCulture, $"writers waited {result.BlockedMs / 1000:0.00} s, readers not at all");
        output.WriteLine($"  {SizeText.Format(result.SizeBytes)} in {Shown.Seconds(TimeSpan.FromMilliseconds(result.DurationMs))}; {waited}");
        output.WriteLine($"  in its replica as {Shown.Txid(result.AfterTxid)}");
        output.WriteLine($"  the state before, {Shown.Txid(result.BeforeTxid)}, is kept until {Shown.Time(result.UndoUntil)}: litestream restore -undo {named}");
    }
}
