using Litestream.Fleet.Items;

namespace Litestream.Contract.Jobs;

/// <summary>How far a job is, from its commands. Pure.</summary>
internal static class JobProgress
{
    /// <summary>A command that nobody began is given up by its host's agent; if that one is gone, so much later by us.</summary>
    private static readonly TimeSpan ExpiryMargin = TimeSpan.FromMinutes(11);

    /// <summary>Commands that are not there so long after the job never will be: whoever was to put them ended, and was not asked again.</summary>
    private static readonly TimeSpan PutLimit = TimeSpan.FromMinutes(5);

    public static JobRecord Of(JobRecord job, IReadOnlyCollection<CommandRecord> commands, DateTimeOffset now)
    {
        var missing = job.Total - commands.Count;
        var lost = missing > 0 && now > job.RequestedAt + PutLimit ? missing : 0;
        var failed = commands.Count(c => c.State is CommandStates.Failed or CommandStates.Expired || IsGivenUp(c, now)) + lost;
        var (done, cancelled) = (commands.Count(c => c.State == CommandStates.Done), commands.Count(c => c.State == CommandStates.Cancelled));
        var progress = job with { Done = done, Failed = failed, Cancelled = cancelled, Bytes = commands.Sum(c => c.Progress?.Bytes ?? 0) };
        var isHalted = job.State == JobStates.Halted || failed > job.MaxFailures;
        if (done + failed + cancelled < job.Total)
            return progress with { State = isHalted ? JobStates.Halted : JobStates.Running, FinishedAt = null, Error = isHalted ? ErrorOf(commands) : null };
        return progress with
        {
            // What was not begun for that can be asked for again.
            State = isHalted && commands.Any(IsRefused) ? JobStates.Halted : failed > 0 ? JobStates.Failed : cancelled > 0 && done == 0 ? JobStates.Cancelled : JobStates.Done,
            FinishedAt = job.FinishedAt ?? commands.Max(c => c.FinishedAt) ?? now,
            Error = lost > 0 ? $"{lost} of {job.Total} commands were never put: the API ended while it did, and the request was not sent again"
                : ErrorOf(commands) ?? (failed > 0 ? "no agent began in time" : null),
        };
    }

    /// <summary>Of those that failed by themselves, if there are any.</summary>
    private static string? ErrorOf(IReadOnlyCollection<CommandRecord> commands) => commands.Where(c => c.State == CommandStates.Failed).OrderBy(IsRefused).FirstOrDefault()?.Error;

    private static bool IsRefused(CommandRecord command) => command.ErrorCode == CommandErrors.Halted;

    /// <summary>Nothing comes of it any more.</summary>
    public static bool IsOver(CommandRecord command, DateTimeOffset now) => CommandStates.IsFinal(command.State) || IsGivenUp(command, now);

    private static bool IsGivenUp(CommandRecord command, DateTimeOffset now) => command.State == CommandStates.Requested && now > command.ExpiresAt + ExpiryMargin;
}
