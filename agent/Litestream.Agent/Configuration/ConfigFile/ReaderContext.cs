namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>What every reader of a part of the file shares.</summary>
/// <param name="File">As the user named it.</param>
/// <param name="Environment">Paths are relative to its working directory.</param>
/// <param name="Time">For dated paths: today's must be possible ones.</param>
/// <param name="Problems">What is wrong so far.</param>
/// <param name="Expansion">Of values.</param>
internal sealed record ReaderContext(string File, AgentEnvironment Environment, TimeProvider Time, ConfigurationProblems Problems, ValueExpansion Expansion)
{
    private readonly List<string> _warnings = [];

    public IReadOnlyList<string> Warnings => _warnings;

    public void Warn(Position at, string text) => _warnings.Add($"{File}:{at}: {text}");
}
