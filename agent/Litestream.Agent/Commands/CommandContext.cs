using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
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

    /// <summary>Where a person answers a question; null: nobody does.</summary>
    public TextReader? In { get; init; }

    /// <summary>A person watches <see cref="Error"/>: progress may be drawn there.</summary>
    public bool IsInteractive { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Fires with the first SIGINT or SIGTERM.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>Where signals come from; null where there are none.</summary>
    public Interruption? Interruption { get; init; }

    /// <summary>Prints a result, as JSON or in words, and answers the exit code of one.</summary>
    public int Answer<T>(bool isJson, T answer, JsonTypeInfo<T> type, Action<TextWriter> inWords)
    {
        if (isJson)
            Out.WriteLine(JsonSerializer.Serialize(answer, type));
        else
            inWords(Out);
        return ExitCode.Done;
    }
}
