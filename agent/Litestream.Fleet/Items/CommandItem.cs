using Litestream.Fleet.Table;

namespace Litestream.Fleet.Items;

/// <summary><c>HOST#id / COMMAND#ulid</c>. Put by whoever asks; from then on each side changes it under a condition.</summary>
public static class CommandItem
{
    public const string Kind = "kind";
    public const string State = "state";
    public const string Tenant = "tenant";
    public const string RequestedAt = "requestedAt";
    public const string RequestedBy = "requestedBy";
    public const string ExpiresAt = "expiresAt";
    public const string Job = "job";
    public const string ArgumentTxid = "argTxid";
    public const string ArgumentTimestamp = "argTimestamp";
    public const string ArgumentTargetPath = "argTargetPath";
    public const string ArgumentNewTenant = "argNewTenant";
    public const string ArgumentReplica = "argReplica";
    public const string ArgumentIfBusy = "argIfBusy";
    public const string ArgumentUndoes = "argUndoes";
    public const string ArgumentIfAlive = "argIfAlive";
    public const string ArgumentEpoch = "argEpoch";
    public const string ArgumentPause = "argPause";
    public const string ArgumentFrom = "argFrom";
    public const string CancelRequestedAt = "cancelRequestedAt";
    public const string ClaimedBy = "claimedBy";
    public const string ClaimedAt = "claimedAt";
    public const string FinishedAt = "finishedAt";
    public const string Step = "step";
    public const string ProgressAt = "progressAt";
    public const string Percent = "percent";
    public const string DoneBytes = "doneBytes";
    public const string DonePages = "donePages";
    public const string Result = "result";
    public const string ResultTxid = "resultTxid";
    public const string BeforeTxid = "beforeTxid";
    public const string PausedAt = "pausedAt";
    public const string PausedMs = "pausedMs";
    public const string ErrorCode = "errorCode";
    public const string Error = "error";

    /// <summary><c>expiresAt</c> is at most so long after <c>requestedAt</c>: agents look for new commands no further back.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromHours(24);

    private const int MostResult = 2000;
    private const int MostError = 1000;

    private static readonly ItemCondition IsNotFinal = ItemCondition.IsOneOf(State, CommandStates.Claimed, CommandStates.Running);

    public static Item Write(CommandRecord command) => new ItemWriter(command.Key, ItemTypes.Command)
        .Text(Kind, command.Kind).Text(State, command.State).Guid(Tenant, command.Tenant)
        .Time(RequestedAt, command.RequestedAt).Text(RequestedBy, command.RequestedBy).Time(ExpiresAt, command.ExpiresAt).Ulid(Job, command.Job)
        .Text(ArgumentTxid, command.Arguments.Txid).Time(ArgumentTimestamp, command.Arguments.Timestamp)
        .Text(ArgumentTargetPath, command.Arguments.TargetPath).Guid(ArgumentNewTenant, command.Arguments.NewTenant)
        .Text(ArgumentReplica, command.Arguments.Replica).Text(ArgumentIfBusy, command.Arguments.IfBusy).Ulid(ArgumentUndoes, command.Arguments.Undoes).Text(ArgumentIfAlive, command.Arguments.IfAlive).Number(ArgumentEpoch, command.Arguments.Epoch).Text(ArgumentPause, command.Arguments.PauseFor).Text(ArgumentFrom, command.Arguments.From)
        .Time(CancelRequestedAt, command.CancelRequestedAt).Text(ClaimedBy, command.ClaimedBy).Time(ClaimedAt, command.ClaimedAt)
        .Time(FinishedAt, command.FinishedAt).Text(Step, command.Progress?.Step).Time(ProgressAt, command.Progress?.At)
        .Number(Percent, command.Progress?.Percent).Number(DoneBytes, command.Progress?.Bytes).Number(DonePages, command.Progress?.Pages)
        .Text(Result, command.Result, MostResult).Text(ResultTxid, command.ResultTxid).Text(BeforeTxid, command.BeforeTxid)
        .Time(PausedAt, command.PausedAt).Number(PausedMs, command.PausedMs).Text(ErrorCode, command.ErrorCode).Text(Error, command.Error, MostError)
        .GoneBy(command.RequestedAt + FleetTable.History).Item;

    /// <summary>Throws <see cref="MalformedItemException"/>.</summary>
    public static CommandRecord Read(Item item)
    {
        var read = new ItemReader(item, ItemTypes.Command);
        return new()
        {
            HostId = read.After(FleetTable.PartitionKey, FleetKeys.HostPrefix),
            Id = Ulid.TryParse(read.After(FleetTable.SortKey, FleetKeys.CommandPrefix), out var id)
                ? id : throw read.Fault(FleetTable.SortKey, $"{FleetKeys.CommandPrefix} and a ULID", read.Text(FleetTable.SortKey)),
            Kind = read.Text(Kind),
            State = read.Text(State),
            Tenant = read.GuidOrNull(Tenant) ?? throw read.Fault(Tenant, "a GUID", null),
            RequestedAt = read.Time(RequestedAt),
            RequestedBy = read.Text(RequestedBy),
            ExpiresAt = read.Time(ExpiresAt),
            Job = read.UlidOrNull(Job),
            Arguments = new()
            {
                Txid = read.TextOrNull(ArgumentTxid),
                Timestamp = read.TimeOrNull(ArgumentTimestamp),
                TargetPath = read.TextOrNull(ArgumentTargetPath),
                NewTenant = read.GuidOrNull(ArgumentNewTenant),
                Replica = read.TextOrNull(ArgumentReplica),
                IfBusy = read.TextOrNull(ArgumentIfBusy),
                Undoes = read.UlidOrNull(ArgumentUndoes),
                IfAlive = read.TextOrNull(ArgumentIfAlive),
                Epoch = read.LongOrNull(ArgumentEpoch),
                PauseFor = read.TextOrNull(ArgumentPause),
                From = read.TextOrNull(ArgumentFrom),
            },
            CancelRequestedAt = read.TimeOrNull(CancelRequestedAt),
            ClaimedBy = read.TextOrNull(ClaimedBy),
            ClaimedAt = read.TimeOrNull(ClaimedAt),
            FinishedAt = read.TimeOrNull(FinishedAt),
            Progress = read.TextOrNull(Step) is { } step
                ? new() { Step = step, At = read.Time(ProgressAt), Percent = read.IntOr(Percent, 0), Bytes = read.LongOr(DoneBytes, 0), Pages = read.LongOr(DonePages, 0) }
                : null,
            Result = read.TextOrNull(Result),
            ResultTxid = read.TextOrNull(ResultTxid),
            BeforeTxid = read.TextOrNull(BeforeTxid),
            PausedAt = read.TimeOrNull(PausedAt),
            PausedMs = read.LongOrNull(PausedMs),
            ErrorCode = read.TextOrNull(ErrorCode),
            Error = read.TextOrNull(Error),
        };
    }

    /// <summary>Asks for it; the same id twice is refused. <see cref="HostDigestItem.CommandAdded"/> follows.</summary>
    public static ItemUpdate Put(CommandRecord command) => ItemUpdate.Of(Write(command), [], ItemCondition.IsAbsent);

    /// <summary>Of all agents under one id one gets it. Refused when it was cancelled, or begun by another, or is too old.</summary>
    public static ItemUpdate Claim(CommandRecord command, string run, DateTimeOffset now) => Change(command, w => w
            .Text(State, CommandStates.Claimed).Text(ClaimedBy, run).Time(ClaimedAt, now),
        ItemCondition.Is(State, ItemValue.Of(CommandStates.Requested)).And(ItemCondition.Compare(ExpiresAt, ">", ItemValue.Of(ItemTime.Text(now)))));

    /// <summary>From here on something may change. Refused when somebody wants it to end: nothing has changed yet.</summary>
    public static ItemUpdate Begin(CommandRecord command, string run, CommandProgress progress) => Change(command, w => Add(w.Text(State, CommandStates.Running), progress),
        IsHeldBy(run).And(new($"attribute_not_exists(#{CancelRequestedAt})", new Dictionary<string, ItemValue>())));

    public static ItemUpdate Report(CommandRecord command, string run, CommandProgress progress) => Change(command, w => Add(w, progress), IsHeldBy(run));

    /// <summary>Another run of the agent takes on what one that ended had. Refused when that one has finished it after all.</summary>
    public static ItemUpdate TakeOn(CommandRecord command, string run) => Change(command, w => w.Text(ClaimedBy, run), IsHeldBy(command.ClaimedBy ?? ""));

    /// <summary>Done, failed or cancelled, as the record says.</summary>
    public static ItemUpdate Finish(CommandRecord command, string run) => Change(command, w => w
            .Text(State, command.State).Time(FinishedAt, command.FinishedAt).Text(Result, command.Result, MostResult).Text(ResultTxid, command.ResultTxid).Text(BeforeTxid, command.BeforeTxid)
            .Time(PausedAt, command.PausedAt).Number(PausedMs, command.PausedMs)
            .Text(ErrorCode, command.ErrorCode).Text(Error, command.Error, MostError).Number(Percent, command.State == CommandStates.Done ? 100L : null)
            .Number(DoneBytes, command.Progress?.Bytes).Number(DonePages, command.Progress?.Pages),
        IsHeldBy(run));

    /// <summary>
    /// It says what no agent understands, so it has failed; refused when somebody answered it meanwhile. Null for an item that is no command nobody has begun.
    /// </summary>
    public static ItemUpdate? Refuse(Item malformed, string code, string error, DateTimeOffset now) =>
        malformed.Text(FleetTable.Type) == ItemTypes.Command && malformed.Text(State) == CommandStates.Requested && malformed.Key.Sort.StartsWith(FleetKeys.CommandPrefix, StringComparison.Ordinal)
            ? ItemUpdate.Of(
                new ItemWriter(malformed.Key, ItemTypes.Command).Text(State, CommandStates.Failed).Time(FinishedAt, now).Text(ErrorCode, code).Text(Error, error, MostError).Item,
                [], ItemCondition.Is(State, ItemValue.Of(CommandStates.Requested)))
            : null;

    /// <summary>Nobody began it in time.</summary>
    public static ItemUpdate Expire(CommandRecord command, DateTimeOffset now) => Change(command, w => w.Text(State, CommandStates.Expired).Time(FinishedAt, now),
        ItemCondition.Is(State, ItemValue.Of(CommandStates.Requested)));

    /// <summary>Called back before anybody began; else see <see cref="AskToCancel"/>.</summary>
    public static ItemUpdate Cancel(CommandRecord command, DateTimeOffset now) => Change(command, w => w.Text(State, CommandStates.Cancelled).Time(FinishedAt, now),
        ItemCondition.Is(State, ItemValue.Of(CommandStates.Requested)));

    /// <summary>Somebody wants one to end that an agent has. Whether it does is the agent's answer.</summary>
    public static ItemUpdate AskToCancel(CommandRecord command, DateTimeOffset now) => Change(command, w => w.Time(CancelRequestedAt, now), IsNotFinal);

    private static ItemCondition IsHeldBy(string run) => IsNotFinal.And(ItemCondition.Is(ClaimedBy, ItemValue.Of(run)));

    private static ItemWriter Add(ItemWriter item, CommandProgress progress) => item
        .Text(Step, progress.Step).Time(ProgressAt, progress.At).Number(Percent, (long)progress.Percent).Number(DoneBytes, progress.Bytes).Number(DonePages, progress.Pages);

    private static ItemUpdate Change(CommandRecord command, Func<ItemWriter, ItemWriter> change, ItemCondition condition) =>
        ItemUpdate.Of(change(new(command.Key, ItemTypes.Command)).Item, [], condition);
}
