using System.CommandLine;
using Litestream.Agent.Configuration;
using Litestream.Agent.Logging;
using Litestream.Restore;
using Litestream.Restore.Generations;
using Litestream.Storage;

namespace Litestream.Agent.Commands;

/// <summary><c>litestream restore</c>: a database from its replica into a file.</summary>
internal static class RestoreCommand
{
    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new RestoreFlags();
        var command = new ProgramCommand("restore", "Restore a database from its replica into a file", "-o FILE [flags] URL|DB|GUID\n-config FILE [flags] [DB]\n{-in-place | -undo} [flags] DB|GUID")
            .Group("Where to", flags.Output, flags.Force, flags.IfDatabaseNotExists, flags.IfReplicaExists, flags.InPlace, flags.Undo)
            .Group("Which moment (the newest unless said)", flags.Txid, flags.Timestamp)
            .Group("How", flags.DryRun, flags.Follow, flags.Check, flags.Json)
            .Group("To find DB or GUID", flags.Lookup.MainGroup)
            .RareGroup("A busy database", flags.IfBusy, flags.BusyLimit)
            .RareGroup("Buckets and agents", flags.Lookup.RareGroup)
            .RareGroup("Pace and log", flags.FollowInterval, flags.Parallelism, flags.Log.Level, flags.Log.Format)
            .Example("litestream restore -o app.db file:///var/backups/databases/<guid>", "the newest state, by the replica's URL; s3://… the same")
            .Example("litestream restore -config litestream.yml data/app.db", "to where it was, as the file says; without DB all of it")
            .Example("litestream restore -in-place -timestamp 2026-11-20T12:00:00Z data/app.db", "back to noon, under its application; -undo takes it back");
        command.Arguments.Add(flags.Url);
        command.SetAction((parsed, stop) => RunAsync(flags, parsed, context, stop));
        return command;
    }

    private static async Task<int> RunAsync(RestoreFlags flags, ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        if (flags.IsInPlace(parsed))
            return await RestoreInPlace.RunAsync(flags, parsed, context, stop);
        if (parsed.GetResult(flags.IfBusy) is { Implicit: false } || parsed.GetResult(flags.BusyLimit) is { Implicit: false })
            throw new UsageException("-if-busy and -busy-limit are about a database in use", "add -in-place or -undo");
        using var logging = AgentLogging.Create(flags.Log.Read(parsed, LogLevel.Warning), context.Error, context.Time);
        if (flags.FindFile(parsed, context) is { } file)
            return await ConfiguredRestore.RunAsync(file, flags, parsed, context, logging, stop);
        var request = flags.Read(parsed, context.Environment);
        var found = await new ReplicaLookup(flags.Lookup, parsed, context, logging.CreateLogger("Litestream.Storage")).FindOrExpectAsync(request.Url, stop);
        return await RunAsync(request, found, context, logging, stop);
    }

    /// <param name="request">What is asked.</param>
    /// <param name="found">The replica.</param>
    /// <param name="context">Where it is said.</param>
    /// <param name="logging">The log.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task<int> RunAsync(RestoreRequest request, FoundReplica found, CommandContext context, ILoggerFactory logging, CancellationToken stop)
    {
        var storage = found.Storage;
        var restorer = new Restorer(storage, context.Time, logging.CreateLogger("Litestream.Restore"));
        var report = new RestoreReport(context.Out, request, storage.Url);

        if (request.FollowEvery is { } interval)
            return await FollowAsync(request, interval, storage, logging.CreateLogger("Litestream.Restore"), context, stop);
        if (request.IfDatabaseNotExists && new FileInfo(request.Options.OutputPath) is { Exists: true, Length: > 0 })
            return report.Skipped("the file exists");
        var old = new GenerationRestorer(found.Root, found.Path, context.Time, logging.CreateLogger("Litestream.Restore"));
        if (await WrittenAsync(old, request.Options.Timestamp, stop) is { } written && await IsNewerAsync(written, storage, restorer, request.Options, stop))
            return request.DryRun
                ? throw new LitestreamException($"{storage.Url} was written by Litestream v0.3, for which there is no plan to show", hint: "restore it to a new file, which changes nothing else")
                : report.Result(await old.RunAsync(request.Options, stop));
        if (request.IfReplicaExists && !await HasBackupAsync(restorer, request.Options, stop))
            return report.Skipped("there is no backup");
        if (request.DryRun)
            return report.Plan(await restorer.PlanAsync(request.Options, stop));

        RestoreResult result;
        using (var progress = new RestoreProgressLine(context.IsInteractive ? context.Error : null, context.Time))
            result = await restorer.RunAsync(request.Options, progress, stop);
        return report.Result(result);
    }

    /// <summary>Until told to stop, which is its ordinary end.</summary>
    private static async Task<int> FollowAsync(
        RestoreRequest request, TimeSpan interval, IReplicaStorage storage, ILogger logger, CommandContext context, CancellationToken stop)
    {
        var options = new FollowOptions
        {
            OutputPath = request.Options.OutputPath,
            Interval = interval,
            Parallelism = request.Options.Parallelism,
            Force = request.Options.Force,
            IntegrityCheck = request.Options.IntegrityCheck,
        };
        if (request.IfReplicaExists && !await HasBackupAsync(new Restorer(storage, context.Time, logger), request.Options, stop))
            return new RestoreReport(context.Out, request, storage.Url).Skipped("there is no backup");
        using var progress = new RestoreProgressLine(context.IsInteractive ? context.Error : null, context.Time);
        var isFirst = true;
        try
        {
            await new Follower(storage, options, context.Time, logger).RunAsync(
                txid =>
                {
                    if (isFirst)
                        context.Out.WriteLine($"Following {storage.Url} with {options.OutputPath} from transaction {txid} on");
                    isFirst = false;
                },
                progress, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && !isFirst)
        {
        }
        return ExitCode.Done;
    }

    /// <summary>When v0.3 wrote the newest that may be restored; long ago if all of it is too new, as its restorer says that best; null when it never wrote.</summary>
    private static async Task<DateTimeOffset?> WrittenAsync(GenerationRestorer old, DateTimeOffset? before, CancellationToken stop) =>
        await old.NewestUpToAsync(before, stop)
        ?? (before is not null && await old.NewestUpToAsync(null, stop) is not null ? DateTimeOffset.MinValue : null);

    /// <summary>Whether what v0.3 left is newer than what there is since, as after an upgrade that was taken back; of equals ours.</summary>
    private static async Task<bool> IsNewerAsync(
        DateTimeOffset written, IReplicaStorage storage, Restorer restorer, RestoreOptions options, CancellationToken stop)
    {
        // A damaged replica of today is no reason to bring back what is long superseded: only where there is nothing else.
        await foreach (var file in storage.ListAsync(stop))
        {
            if (options.Timestamp is not { } time || file.CreatedAt < time)
                return options.Txid is null && (await restorer.PlanAsync(options, stop)).Timestamp < written;
        }
        return true;
    }

    private static async Task<bool> HasBackupAsync(Restorer restorer, RestoreOptions options, CancellationToken stop)
    {
        try
        {
            _ = await restorer.PlanAsync(options, stop);
            return true;
        }
        catch (StorageException e) when (e.IsMissing)
        {
            return false;
        }
    }
}
