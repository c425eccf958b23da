using Litestream.Contract.Changes;
using Litestream.DynamoDb;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Contract.Jobs;

/// <summary>
/// A request for many tenants as a job and its commands, restores or drills. The commands' ids are those right behind the job's, so that a host's part of a job
/// is one range of its commands, and whoever begins again after half of it writes the same ones.
/// </summary>
/// <param name="context">Where they are.</param>
/// <param name="kind">Of <see cref="JobKinds"/>. Jobs of other kinds are not found here.</param>
/// <param name="does">Of <see cref="CommandKinds"/>: what each of its commands does; null: what the job is called.</param>
internal sealed class CommandJobs(ContractContext context, string kind, string? does = null)
{
    /// <summary>Queries at the same time.</summary>
    private const int Parallelism = 8;

    private const int CommandsAPage = 100;

    /// <summary>The job first, so that what is put is somebody's; then its commands.</summary>
    /// <param name="job">Its <see cref="JobRecord.Total"/> is the number of commands.</param>
    /// <param name="commands">Each with an id of <see cref="CommandId"/>.</param>
    /// <param name="stop">Ends it; asked for again, it goes on.</param>
    public async Task PutAsync(JobRecord job, IReadOnlyCollection<CommandRecord> commands, CancellationToken stop)
    {
        try
        {
            await context.Table.WriteAsync(JobItem.Put(job), stop);
        }
        catch (FleetTableException refused) when (refused.Fault == TableFault.Refused)
        {
            // A try before this one came so far.
        }
        await CommandPut.RunAsync(context.Table, commands, stop);
    }

    /// <param name="job">Of the job.</param>
    /// <param name="index">From 0, in the order of the request.</param>
    public static Ulid CommandId(Ulid job, int index) => job.Plus(index + 1);

    /// <summary>What a change becomes, before anything of it began.</summary>
    public JobRecord Of(Change change, IEnumerable<string> hosts, int total) => new()
    {
        Id = change.Target,
        Kind = kind,
        State = JobStates.Running,
        RequestedAt = change.At,
        RequestedBy = change.Actor,
        ToHosts = string.Join(',', hosts.Distinct().Order(StringComparer.Ordinal)),
        Total = total,
    };

    /// <summary>One of its commands.</summary>
    public CommandRecord CommandOf(JobRecord job, int index, Guid tenant, string host, CommandArguments arguments, TimeSpan life) => new()
    {
        HostId = host,
        Id = CommandId(job.Id, index),
        Kind = does ?? kind,
        State = CommandStates.Requested,
        Tenant = tenant,
        RequestedAt = job.RequestedAt,
        RequestedBy = job.RequestedBy,
        ExpiresAt = job.RequestedAt + life,
        Job = job.Id,
        Arguments = arguments,
    };

    public async Task<JobRecord?> FindAsync(Ulid id, CancellationToken stop) =>
        await context.Reads.FindAsync(FleetKeys.Job(id), stop) is { } item && context.Reads.Readable([item], JobItem.Read).FirstOrDefault() is { } job && job.Kind == kind ? job : null;

    /// <summary>Those of its commands that are there, in their order: one query for each host that takes part.</summary>
    public async Task<IReadOnlyList<CommandRecord>> CommandsAsync(JobRecord job, CancellationToken stop)
    {
        var found = new List<CommandRecord>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = stop };
        await Parallel.ForEachAsync(HostsOf(job), options, async (host, token) =>
        {
            var query = ItemQuery.CommandsBetween(host, CommandId(job.Id, 0), CommandId(job.Id, job.Total));
            Item? next = null;
            do
            {
                (var items, next) = await context.Reads.QueryAsync(query, CommandsAPage, next, token);
                lock (found)
                    found.AddRange(context.Reads.Readable(items, CommandItem.Read).Where(c => c.Job == job.Id));
            }
            while (next is not null);
        });
        return [.. found.OrderBy(c => c.Id)];
    }

    /// <summary>How far it is. Once it is over that is written, so that lists need not ask again; whoever cannot write it will the next time.</summary>
    public async Task<(JobRecord Job, IReadOnlyList<CommandRecord> Commands)> LookAsync(JobRecord job, CancellationToken stop)
    {
        var commands = await CommandsAsync(job, stop);
        var now = JobProgress.Of(job, commands, context.Time.GetUtcNow());
        if (now.State != JobStates.Running && now != job)
        {
            try
            {
                await context.Table.WriteAsync(JobItem.Change(now), stop);
            }
            catch (FleetTableException)
            {
                // What is answered is right all the same.
            }
        }
        return (now, commands);
    }

    public static string[] HostsOf(JobRecord job) => job.ToHosts?.Split(',') ?? [];
}
