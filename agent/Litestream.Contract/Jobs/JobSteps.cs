using Litestream.Contract.Changes;
using Litestream.Contract.Views;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Http;

namespace Litestream.Contract.Jobs;

/// <summary>What every kind of job can be asked alike: which there were, how one goes, and to end.</summary>
internal sealed class JobSteps(ContractContext context, ChangeRequests changes, AuditTrail audit, string kind)
{
    /// <summary>Jobs that are looked at at the same time.</summary>
    private const int Parallelism = 4;

    private readonly CommandJobs _jobs = new(context, kind);

    /// <summary>A page, the newest first; those that run as they are now.</summary>
    public async Task<(IReadOnlyList<FleetJob> Items, string? Next)> ListAsync(IQueryCollection query, CancellationToken stop)
    {
        var page = await JobPage.ReadAsync(context, kind, query, stop);
        var jobs = new FleetJob[page.Jobs.Count];
        await Parallel.ForAsync(0, jobs.Length, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = stop }, async (i, token) =>
        {
            var job = page.Jobs[i];
            jobs[i] = CommandView.Of(job.State is JobStates.Running or JobStates.Halted ? (await _jobs.LookAsync(job, token)).Job : job, null);
        });
        return (jobs, page.Next);
    }

    /// <summary>As it is now. Throws <see cref="ProblemException"/> when there is no such job of this kind.</summary>
    public async Task<(JobRecord Job, IReadOnlyList<CommandRecord> Commands)> LookAsync(string id, CancellationToken stop) =>
        Ulid.TryParse(id, out var ulid) && await _jobs.FindAsync(ulid, stop) is { } job ? await _jobs.LookAsync(job, stop) : throw new ProblemException(ContractProblems.UnknownJob(kind, id));

    public async Task<IResult> CancelAsync(HttpContext http, string id, CancellationToken stop)
    {
        var (change, _) = await changes.ReadAsync(http, FleetJson.Default.EmptyRequest, stop);
        var (job, commands) = await LookAsync(id, stop);
        if (!change.IsRepeated && commands.All(c => CommandStates.IsFinal(c.State)))
            throw new ProblemException(ContractProblems.NotCancellable($"the {kind} {job.Id} is {job.State} since {AuditText.Of(job.FinishedAt)}"));
        change = await changes.BeginAsync(change, stop);
        await audit.BeginAsync(change, $"{kind}.cancel", job.Id.ToString(), AuditText.Of(job, commands), null, stop);
        var asked = await CommandCancel.RunAsync(context, commands, stop);
        await audit.DoneAsync(change, $"{kind}.cancel", job.Id.ToString(), AuditText.Called(asked));
        (job, commands) = await _jobs.LookAsync(job, stop);
        return new Accepted<FleetJob>($"/api/{kind}s/{job.Id}", CommandView.Of(job, commands), FleetJson.Default.FleetJob);
    }
}
