using Litestream.Fleet.Api;
using Litestream.Fleet.Items;

namespace Litestream.Contract.Views;

/// <summary>Commands and jobs as the API shows them.</summary>
internal static class CommandView
{
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
        IfAlive = command.Arguments.IfAlive,
        Epoch = command.Arguments.Epoch,
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
        ErrorCode = command.ErrorCode,
        Error = command.Error,
    };

    /// <param name="job">As it is now.</param>
    /// <param name="commands">Null in a list of jobs.</param>
    public static FleetJob Of(JobRecord job, IEnumerable<CommandRecord>? commands) => new()
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
        Error = job.Error,
        Undoes = job.Undoes?.ToString(),
        Commands = commands is null ? null : [.. commands.Select(Of)],
    };
}
