using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Contract.Views;

/// <summary>Commands and jobs as the API shows them.</summary>
internal static class CommandView
{
    private const int CommandsAPage = 100;

    public static FleetCommand Of(CommandRecord command) => new()
    {
        Id = command.Id.ToString(),
        HostId = command.HostId,
        Kind = command.Kind,
        State = command.State,
        TenantId = command.Tenant,
        RequestedAt = command.RequestedAt,
        RequestedBy = command.RequestedBy,
        ExpiresAt = command.ExpiresAt,
        JobId = command.Job?.ToString(),
        Txid = command.Arguments.Txid,
        Timestamp = command.Arguments.Timestamp,
        TargetPath = command.Arguments.TargetPath,
        NewTenant = command.Arguments.NewTenant,
        Replica = command.Arguments.Replica,
        IfBusy = command.Arguments.IfBusy,
        Undoes = command.Arguments.Undoes?.ToString(),
        IfAlive = command.Arguments.IfAlive,
        Epoch = command.Arguments.Epoch,
        PauseFor = command.Arguments.PauseFor,
        From = command.Arguments.From,
        CancelRequestedAt = command.CancelRequestedAt,
        ClaimedAt = command.ClaimedAt,
        FinishedAt = command.FinishedAt,
        Step = command.Progress?.Step,
        ProgressAt = command.Progress?.At,
        Percent = command.Progress?.Percent,
        DoneBytes = command.Progress?.Bytes,
        DonePages = command.Progress?.Pages,
        Result = command.Result,
        ResultTxid = command.ResultTxid,
        BeforeTxid = command.BeforeTxid,
        PausedAt = command.PausedAt,
        PausedMs = command.PausedMs,
        ErrorCode = command.ErrorCode,
        Error = command.Error,
    };

    /// <param name="job">As it is now.</param>
    /// <param name="commands">All of them, in their order; null in a list of jobs.</param>
    /// <param name="cursor">Where the page of commands before ended; null: the first.</param>
    public static FleetJob Of(JobRecord job, IReadOnlyList<CommandRecord>? commands, string? cursor = null)
    {
        var list = $"commands of {job.Id}";
        var after = Lists.Cursor(cursor, list, 1)?.After?.Text(FleetTable.SortKey);
        var rest = commands?.Where(c => after is null || string.CompareOrdinal(c.Id.ToString(), after) > 0).ToList();
        var page = rest?.Take(CommandsAPage).ToList();
        var next = page?.Count < rest?.Count ? new PageCursor(list, 0, new() { { FleetTable.SortKey, ItemValue.Of(page[^1].Id.ToString()) } }).ToString() : null;
        return Of(job) with { Commands = page?.ConvertAll(Of), NextCursor = next };
    }

    private static FleetJob Of(JobRecord job) => new()
    {
        Id = job.Id.ToString(),
        Kind = job.Kind,
        State = job.State,
        RequestedAt = job.RequestedAt,
        RequestedBy = job.RequestedBy,
        FinishedAt = job.FinishedAt,
        FromHost = job.FromHost,
        ToHosts = job.ToHosts?.Split(',') ?? [],
        Total = job.Total,
        Done = job.Done,
        Failed = job.Failed,
        Cancelled = job.Cancelled,
        Bytes = job.Bytes,
        MaxFailures = job.MaxFailures,
        Error = job.Error,
        Undoes = job.Undoes?.ToString(),
    };
}
