using Litestream.Fleet.Items;

namespace Litestream.Agent.RemoteCommands;

/// <summary><c>verify</c>: the replica is read from beginning to end; no database is written.</summary>
internal sealed class VerifyRemoteCommand : IRemoteCommand
{
    public string Kind => CommandKinds.Verify;

    public TimeSpan Limit => TimeSpan.FromHours(24);

    public bool MayBeResumed => true;

    public async Task<RemoteResult> RunAsync(RemoteRun run, CancellationToken cancellationToken)
    {
        var report = await run.Database.VerifyAsync(cancellationToken);
        var result = new RemoteResult(
            $"{report.FileCount} files, {report.TotalBytes} bytes read; {report.PointCount} states can be restored, {report.Damage.Count} damages, {report.Missing.Count} gaps",
            report.Newest?.MaxTxid ?? default);
        run.Report(Kind, percent: 100, bytes: report.TotalBytes);
        if (report.IsWhole)
            return result;
        var first = report.Damage.Count > 0
            ? $"{report.Damage[0]}"
            : $"no file holds transactions {report.Missing[0].Min} to {report.Missing[0].Max}";
        throw new RemoteCommandException(CommandErrors.Damaged, $"the replica of {run.Database.Name} is damaged: {first}") { Result = result };
    }
}
