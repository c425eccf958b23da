using Litestream.Fleet.Table;

namespace Litestream.Fleet.Items;

/// <summary><c>JOBS#yyyymm / ulid</c>. Written by the API and the worker; agents count failures, and halt it.</summary>
public static class JobItem
{
    public const string Kind = "kind";
    public const string State = "state";
    public const string RequestedAt = "requestedAt";
    public const string RequestedBy = "requestedBy";
    public const string FinishedAt = "finishedAt";
    public const string FromHost = "fromHost";
    public const string ToHosts = "toHosts";
    public const string Total = "total";
    public const string Done = "done";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";
    public const string Bytes = "bytes";
    public const string MaxFailures = "maxFailures";

    /// <summary>Counted by the agents that fail: of no record, as only its sum with the limit means something.</summary>
    public const string Failures = "failures";
    public const string Cursor = "cursor";
    public const string Error = "error";
    public const string Undoes = "undoes";
    public const string Revision = "revision";

    private const int MostError = 1000;

    private static readonly string[] Optional = [FinishedAt, FromHost, ToHosts, Cursor, Error];

    public static Item Write(JobRecord job) => new ItemWriter(job.Key, ItemTypes.Job)
        .Text(Kind, job.Kind).Text(State, job.State).Time(RequestedAt, job.RequestedAt).Text(RequestedBy, job.RequestedBy).Time(FinishedAt, job.FinishedAt)
        .Text(FromHost, job.FromHost).Text(ToHosts, job.ToHosts)
        .Number(Total, job.Total).Number(Done, job.Done).Number(Failed, job.Failed).Number(Cancelled, job.Cancelled).Number(Bytes, job.Bytes).Number(MaxFailures, job.MaxFailures)
        .Guid(Cursor, job.Cursor).Text(Error, job.Error, MostError).Ulid(Undoes, job.Undoes).Number(Revision, job.Revision)
        .GoneBy(job.RequestedAt + FleetTable.History).Item;

    /// <summary>Throws <see cref="MalformedItemException"/>.</summary>
    public static JobRecord Read(Item item)
    {
        var read = new ItemReader(item, ItemTypes.Job);
        return new()
        {
            Id = read.UlidOrNull(FleetTable.SortKey) ?? throw read.Fault(FleetTable.SortKey, "a ULID", null),
            Kind = read.Text(Kind),
            State = read.Text(State),
            RequestedAt = read.Time(RequestedAt),
            RequestedBy = read.Text(RequestedBy),
            FinishedAt = read.TimeOrNull(FinishedAt),
            FromHost = read.TextOrNull(FromHost),
            ToHosts = read.TextOrNull(ToHosts),
            Total = read.IntOr(Total, 0),
            Done = read.IntOr(Done, 0),
            Failed = read.IntOr(Failed, 0),
            Cancelled = read.IntOr(Cancelled, 0),
            Bytes = read.LongOr(Bytes, 0),
            MaxFailures = read.LongOrNull(MaxFailures) is { } most ? (int)most : null,
            Cursor = read.GuidOrNull(Cursor),
            Error = read.TextOrNull(Error),
            Undoes = read.UlidOrNull(Undoes),
            Revision = read.LongOr(Revision, 0),
        };
    }

    public static ItemUpdate Put(JobRecord job) => ItemUpdate.Of(Write(job), [], ItemCondition.IsAbsent);

    /// <summary>An agent failed with one of its commands; the answer has the sum. Refused for a job that is not there.</summary>
    public static ItemUpdate FailureAdded(Ulid id) => ItemUpdate.Of(KeyOnly(id), [], ItemCondition.IsPresent, new Dictionary<string, long> { [Failures] = 1 });

    /// <summary>Too much of it failed. Refused when it is over, or halted already.</summary>
    public static ItemUpdate Halt(Ulid id) => ItemUpdate.Of(
        new ItemWriter(FleetKeys.Job(id), ItemTypes.Job).Text(State, JobStates.Halted).Item, [], ItemCondition.Is(State, ItemValue.Of(JobStates.Running)));

    /// <summary>As the record says, one revision further. Refused when somebody else changed it since it was read.</summary>
    public static ItemUpdate Change(JobRecord job) =>
        ItemUpdate.Of(Write(job with { Revision = job.Revision + 1 }), Optional, ItemCondition.Is(Revision, ItemValue.Of(job.Revision)));

    private static Item KeyOnly(Ulid id) => new() { { FleetTable.PartitionKey, ItemValue.Of(FleetKeys.Job(id).Partition) }, { FleetTable.SortKey, ItemValue.Of(FleetKeys.Job(id).Sort) } };
}
