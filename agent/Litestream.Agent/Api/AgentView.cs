using Litestream.Agent.Configuration;
using Litestream.Agent.Watching;

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

    public IReadOnlyList<string> Warnings => watch.Problem is { } problem ? [.. warnings, $"no directory events: {problem}"] : warnings;
}
