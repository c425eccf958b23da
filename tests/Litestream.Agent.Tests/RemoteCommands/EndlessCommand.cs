using Litestream.Agent.RemoteCommands;

namespace Litestream.Agent.Tests.RemoteCommands;

/// <summary>A kind that reports and never ends by itself.</summary>
internal sealed class EndlessCommand : IRemoteCommand
{
    public const string Name = "endless";

    public string Kind => Name;

    public TimeSpan Limit { get; init; } = TimeSpan.FromHours(1);

    public bool TakesAbsentTenants => true;

    public async Task<RemoteResult> RunAsync(RemoteRun run, CancellationToken cancellationToken)
    {
        run.Report("half", percent: 50, bytes: 7, pages: 3);
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        return new("never");
    }
}
