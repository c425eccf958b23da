using Litestream.Agent.Configuration;
using Litestream.Agent.Drills;
using Litestream.Agent.Reporting;
using Litestream.Agent.Requests;
using Litestream.Agent.Restoring;
using Litestream.Agent.Watching;
using Litestream.Storage;

namespace Litestream.Agent.Api;

/// <summary>What the API can see of the agent.</summary>
internal sealed class AgentView(
    Stores stores, Registration registration, RegisteredDatabases registered, DirectoryWatch watch, AgentOptions options, IReadOnlyList<string> warnings, TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();

    public Stores Stores => stores;

    public Registration Registration => registration;

    /// <summary>What was registered while an agent ran, and who lets go.</summary>
    public RegisteredDatabases Registered => registered;

    public AgentOptions Options => options;

    /// <summary>What this host is called, in a fleet or in none.</summary>
    public required string HostId { get; init; }

    /// <summary>What was asked of it through its own API.</summary>
    public required LocalRequests Requests { get; init; }

    /// <summary>What of it would not begin.</summary>
    public required RestoreRefusals Refusals { get; init; }

    /// <summary>What the drills of its databases came to.</summary>
    public required DrillBook Drills { get; init; }

    /// <summary>Where they are noted.</summary>
    public required DrillNotes DrillNotes { get; init; }

    /// <summary>Each is drilled by itself within this; null: somebody asks, or nobody does.</summary>
    public TimeSpan? DrillInterval { get; init; }

    /// <summary>Since when its databases are what they are.</summary>
    public required StateTimes StateTimes { get; init; }

    /// <summary>Null: in no fleet.</summary>
    public FleetReporter? Fleet { get; init; }

    /// <summary>Whose its tenants are; null: in no fleet.</summary>
    public TenantOwnership? Ownership { get; init; }

    public TimeProvider Time => time;

    public Census Census { get; } = new(stores, options.LagLimit, time);

    public DateTimeOffset StartedAt { get; } = time.GetUtcNow();

    public TimeSpan Uptime => time.GetElapsedTime(_started);

    public IReadOnlyList<string> Warnings => [.. warnings, .. Passing()];

    private IEnumerable<string> Passing()
    {
        if (watch.Problem is { } problem)
            yield return $"no directory events: {problem}";
        foreach (var replica in stores.Replicas.Where(r => r.Fencing == Fencing.Advisory))
            yield return $"fencing: advisory; the store of {replica.Url} ignores conditional writes, so keep it to one agent per replica";
    }
}
