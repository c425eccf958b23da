using Litestream.Fleet.Items;
using Litestream.Restore;

namespace Litestream.Agent.RemoteCommands;

/// <summary><c>verify</c>: a replica of it is read from beginning to end, its own or the one that is named; no database is written.</summary>
internal sealed class VerifyRemoteCommand(RemoteReplicas replicas) : IRemoteCommand
{
    public string Kind => CommandKinds.Verify;

    public TimeSpan Limit => TimeSpan.FromHours(24);

    public bool TakesAbsentTenants => true;

    public async Task<RemoteResult> RunAsync(RemoteRun run, CancellationToken cancellationToken)
    {
        using var named = replicas.Open(run);
        var report = await VerifyAsync(run, named, cancellationToken);
        var result = new RemoteResult(
            $"{report.FileCount} files, {report.TotalBytes} bytes read; {report.PointCount} states can be restored, {report.Damage.Count} damages, {report.Missing.Count} gaps",
            report.Newest?.MaxTxid ?? default);
        run.Report(Kind, percent: 100, bytes: report.TotalBytes);
        if (report.IsWhole)
            return result;
        var first = report.Damage.Count > 0
            ? $"{report.Damage[0]}"
            : $"no file holds transactions {report.Missing[0].Min} to {report.Missing[0].Max}";
        throw new RemoteCommandException(CommandErrors.Damaged, $"the replica of {run.Name} is damaged: {first}") { Result = result };
    }

    private async Task<VerifyReport> VerifyAsync(RemoteRun run, NamedReplica? named, CancellationToken cancellationToken)
    {
        if (named is null && run.IsRegistered)
            return await run.Database.VerifyAsync(cancellationToken);
        var from = named?.Storage ?? await replicas.RequireAsync(run.Command.Tenant, cancellationToken);
        return await new ReplicaVerifier(from).RunAsync(progress: null, cancellationToken);
    }
}
