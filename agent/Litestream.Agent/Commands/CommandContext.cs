using Litestream.Agent.Configuration;

namespace Litestream.Agent.Commands;

/// <summary>What every command is given: where it runs, where it writes, and when it should end.</summary>
internal sealed record CommandContext
{
    public required AgentEnvironment Environment { get; init; }

    /// <summary>Results: what a pipe reads.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Errors, hints and progress: what a person reads.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>A person watches <see cref="Error"/>: progress may be drawn there.</summary>
    public bool IsInteractive { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Fires with the first SIGINT or SIGTERM.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>Where signals come from; null where there are none.</summary>
    public Interruption? Interruption { get; init; }
}
