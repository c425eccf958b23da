using Litestream.Agent.Configuration;
using Litestream.Agent.Watching;
using Litestream.Storage;

namespace Litestream.Agent.Api;

/// <summary>What the API can see of the agent.</summary>
internal sealed class AgentView(
    Store store, Registration registration, DirectoryWatch watch, AgentOptions options, IReadOnlyList<string> warnings, TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();

    public Store Store => store;

    public Registration Registration => registration;

    public AgentOptions Options => options;

    public TimeProvider Time => time;

    public Census Census { get; } = new(store, options.LagLimit, time);

    public TimeSpan Uptime => time.GetElapsedTime(_started);

    public IReadOnlyList<string> Warnings => [.. warnings, .. Passing()];

    private IEnumerable<string> Passing()
    {
        if (watch.Problem is { } problem)
            yield return $"no directory events: {problem}";
        if (store.Replica.Fencing == Fencing.Advisory)
            yield return $"fencing: advisory; the store of {store.Replica.Url} ignores conditional writes, so keep it to one agent per replica";
    }
}
