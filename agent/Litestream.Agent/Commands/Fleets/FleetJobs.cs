using Litestream.Agent.Configuration;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;

namespace Litestream.Agent.Commands.Fleets;

/// <summary>Follows a job to its end, and says what became of each tenant.</summary>
internal static class FleetJobs
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    /// <summary>Answers <see cref="ExitCode.Done"/> when all of it was done, or when nobody waits.</summary>
    public static async Task<int> FollowAsync(FleetApi api, FleetJob job, bool isAtOnce, bool isJson, CommandContext context, CancellationToken stop)
    {
        var said = "";
        while (!isAtOnce && (job.State == JobStates.Running || IsEnding(job)))
        {
            if (Line(job) is var line && line != said)
                context.Error.WriteLine(said = line);
            await Task.Delay(LookInterval, context.Time, stop);
            job = await api.GetAsync($"api/{job.Kind}s/{job.Id}", FleetJson.Default.FleetJob, stop);
        }
        context.Answer(isJson, job, FleetJson.Default.FleetJob, output => Write(job, output));
        return job.State is JobStates.Running or JobStates.Done ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>Nothing new of it is begun; what was begun comes to its end.</summary>
    private static bool IsEnding(FleetJob job) => job.State == JobStates.Halted && job.Done + job.Failed + job.Cancelled < job.Total;

    public static void Write(FleetJob job, TextWriter output)
    {
        var table = new TextTable("tenant", "host", "state", "%", "what") { Numbers = [3] };
        foreach (var command in job.Commands ?? [])
            table.Add(command.TenantId.ToString(), command.HostId, command.State, command.Percent?.ToString() ?? "-", command.Error ?? command.Result ?? command.Step ?? "waits for its host");
        if (job.Commands is { Count: > 0 })
            table.Write(output);
        if (job.NextCursor is not null)
            output.WriteLine("and more; -json and the API's cursor show them");
        output.WriteLine($"{char.ToUpperInvariant(job.Kind[0])}{job.Kind[1..]} {job.Id} is {job.State}: {job.Done} of {job.Total} done, {job.Failed} failed, {job.Cancelled} called back, {SizeText.Format(job.Bytes)} read");
        if (job.State == JobStates.Running)
            output.WriteLine($"  `litestream fleet {job.Kind}s {job.Id}` shows it, `litestream fleet cancel {job.Id}` calls it back");
        else if (job.Error is not null)
            output.WriteLine($"  {job.Error}");
    }

    /// <summary>A list of them, without their tenants.</summary>
    public static TextTable Table(IEnumerable<FleetJob> jobs, string kind, DateTimeOffset now)
    {
        var table = new TextTable(kind, "state", "asked for", "by", "done", "failed", "of") { Numbers = [4, 5, 6] };
        foreach (var job in jobs)
            table.Add(job.Id, job.State, Shown.Age(now - job.RequestedAt), job.RequestedBy, $"{job.Done}", $"{job.Failed}", $"{job.Total}");
        return table;
    }

    private static string Line(FleetJob job)
    {
        var running = (job.Commands ?? []).Where(c => c.State == CommandStates.Running).ToList();
        var percent = running.Count == 1 ? $" {running[0].Step} {running[0].Percent} %" : "";
        return $"{job.Kind} {job.Id}: {job.Done + job.Failed + job.Cancelled} of {job.Total} ended, {running.Count} running{percent}";
    }
}
