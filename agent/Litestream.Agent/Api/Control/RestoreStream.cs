using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Litestream.InPlace;
using Litestream.Ltx;
using Litestream.Restore;

namespace Litestream.Agent.Api.Control;

/// <summary>
/// <c>POST /restore</c>: gives a database in use another state, and tells line by line how far it is. Whoever hangs up before the pages are in takes it back.
/// </summary>
internal sealed class RestoreStream(AgentView agent)
{
    /// <summary>Told to a person: what came meanwhile is left out, the end never is.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public async IAsyncEnumerable<RestoreLine> RunAsync(ControlRequest request, [EnumeratorCancellation] CancellationToken stop)
    {
        var database = ControlLookup.Find(agent.Stores, request.Path) ?? throw ControlException.Unknown(request.Path!, StatusCodes.Status404NotFound);
        var options = Read(request);
        var told = Channel.CreateBounded<InPlaceProgress>(new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropOldest });
        var work = RunAsync(database, options, request.Undo, new Telling(told.Writer), stop);
        _ = work.ContinueWith(_ => told.Writer.TryComplete(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        var (last, at) = (default(InPlaceProgress?), 0L);
        await foreach (var now in told.Reader.ReadAllAsync(CancellationToken.None))
        {
            if (last?.Step == now.Step && now.Percent is not 100 && agent.Time.GetElapsedTime(at) < Pause)
                continue;
            (last, at) = (now, agent.Time.GetTimestamp());
            yield return LineOf(now);
        }
        yield return await work;
    }

    private static async Task<RestoreLine> RunAsync(Database database, InPlaceOptions options, bool isUndo, IProgress<InPlaceProgress> progress, CancellationToken stop)
    {
        try
        {
            var result = await (isUndo ? database.UndoRestoreAsync(options, progress, stop) : database.RestoreInPlaceAsync(options, progress, stop));
            return new() { Result = AnswerOf(database.Path, result) };
        }
        catch (LitestreamException error)
        {
            return new() { Failure = new(error.Message, error.Hint) };
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new() { Failure = new($"{database.Path} is not restored and keeps its old state: the agent stops", null) };
        }
    }

    private static InPlaceOptions Read(ControlRequest request)
    {
        if (request.IfBusy is not (null or "wait" or "fail"))
            throw ControlException.BadRequest("invalid if_busy", "wait or fail");
        var options = new InPlaceOptions
        {
            Txid = request.Txid is { } txid ? new Txid(txid) : null,
            Timestamp = request.Timestamp,
            FailsIfBusy = request.IfBusy == "fail",
            IntegrityCheck = request.IntegrityCheck(IntegrityCheck.None),
        };
        return request.Timeout is > 0 and var seconds ? options with { BusyLimit = TimeSpan.FromSeconds(Math.Min(seconds, ControlRequest.MostSeconds)) } : options;
    }

    private static RestoreLine LineOf(InPlaceProgress told) => new()
    {
        Step = WordOf(told.Step),
        PagesDone = told.PagesDone,
        PagesTotal = told.PagesTotal,
        Percent = told.Percent is { } percent ? Math.Round(percent, 1) : null,
        BytesRead = told.BytesRead,
    };

    private static InPlaceAnswer AnswerOf(string path, InPlaceResult result) => new(
        path, result.Txid.Value, result.Timestamp, result.Before.Value, result.UndoUntil, result.After.Value, result.SizeBytes, result.BytesRead,
        Math.Round(result.BlockedFor.TotalMilliseconds, 1), result.WasAlone, Math.Round(result.Duration.TotalMilliseconds, 1));

    private static string WordOf(InPlaceStep step) => step switch
    {
        InPlaceStep.Capturing => "capturing",
        InPlaceStep.Fetching => "fetching",
        InPlaceStep.Waiting => "waiting",
        InPlaceStep.Copying => "copying",
        _ => "publishing",
    };

    private sealed class Telling(ChannelWriter<InPlaceProgress> told) : IProgress<InPlaceProgress>
    {
        public void Report(InPlaceProgress value) => told.TryWrite(value);
    }
}
