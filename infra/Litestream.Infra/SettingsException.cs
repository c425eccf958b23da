namespace Litestream.Infra;

/// <summary>A value that somebody must supply is missing, or cannot be meant. The message says which, what was found and what to do.</summary>
internal sealed class SettingsException(string name, string problem, string hint) : Exception($"{name}: {problem}; {hint}");
