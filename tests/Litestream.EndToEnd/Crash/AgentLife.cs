using Litestream.EndToEnd.Programs;
using Litestream.Replication;

namespace Litestream.EndToEnd.Crash;

/// <summary>One life of the agent, from its start to its death, with somebody who asks it for syncs all the time.</summary>
internal sealed class AgentLife : IDisposable
{
    private const int Killed = 128 + Signal.Kill;
    private static readonly TimeSpan SyncPatience = TimeSpan.FromSeconds(5);

    private readonly RunningAgent _agent;
    private readonly Task _asking;
    private volatile bool _isOver;
    private bool _wasKilled;

    private AgentLife(RunningAgent agent, FaultPoint? deathAt, Func<RunningAgent, Task> ask)
    {
        (_agent, DeathAt) = (agent, deathAt);
        _asking = Task.Run(async () =>
        {
            for (; !_isOver && !agent.HasExited; await Task.Delay(20))
                await ask(agent);
        });
    }

    /// <summary>The named step at which it kills itself; null when it does not.</summary>
    public FaultPoint? DeathAt { get; }

    public bool HasEnded => _agent.HasExited;

    public string Said => _agent.Said;

    /// <param name="what">The flags that say what is replicated, and where to.</param>
    public static AgentLife Begin(Sandbox sandbox, string[] what, Random random, FaultPoint? deathAt, Func<RunningAgent, Task> ask)
    {
        // Everything that happens once an hour happens every few seconds.
        var agent = RunningAgent.Launch(sandbox,
            deathAt is null ? null : new Dictionary<string, string> { ["LITESTREAM_CRASH_AT"] = $"{deathAt}:{(random.Next(3) == 0 ? random.Next(2, 12) : 1)}" },
            ["replicate", .. what, "-sync-interval", Any(random, "50ms", "100ms", "300ms"), "-level-intervals", "500ms,1500ms,5s", "-l0-retention", Any(random, "1s", "3s"),
            "-snapshot-interval", Any(random, "2s", "5s"), "-snapshot-retention", Any(random, "4s", "20s"), "-quiet-time", Any(random, "200ms", "1s", "30s"),
            "-sweep-interval", Any(random, "300ms", "5s"), "-wal-cap", "1000000", "-log-level", "debug"]);
        return new(agent, deathAt, ask);
    }

    public Task<bool> TrySyncAsync(string id, TimeSpan? patience = null) => _agent.TrySyncAsync(id, patience ?? SyncPatience);

    /// <summary>True when it died within the time.</summary>
    public async Task<bool> DiesWithinAsync(TimeSpan patience)
    {
        for (var deadline = DateTime.UtcNow + patience; !_agent.HasExited && DateTime.UtcNow < deadline;)
            await Task.Delay(5);
        return _agent.HasExited;
    }

    /// <summary>The step at which it did kill itself; null when it was killed, or has not come to it.</summary>
    public FaultPoint? DiedAt => HasEnded && !_wasKilled ? DeathAt : null;

    public void Kill()
    {
        _wasKilled = !HasEnded;
        _agent.Send(Signal.Kill);
    }

    /// <summary>Waits for the end. Null when it was killed; else what it said.</summary>
    public async Task<string?> EndAsync()
    {
        var code = await _agent.WaitForExitAsync();
        await QuietAsync();
        return code == Killed ? null : $"the agent ended by itself with {code}\n{Said}";
    }

    /// <summary>Stops it in order. Null when it ended with 0.</summary>
    public async Task<string?> StopAsync()
    {
        await QuietAsync();
        var code = await _agent.StopAsync();
        return code == 0 ? null : $"the agent ended with {code} after SIGTERM\n{Said}";
    }

    public void Dispose()
    {
        _isOver = true;
        _agent.Dispose();
    }

    private Task QuietAsync()
    {
        _isOver = true;
        return _asking;
    }

    private static string Any(Random random, params ReadOnlySpan<string> values) => values[random.Next(values.Length)];
}
