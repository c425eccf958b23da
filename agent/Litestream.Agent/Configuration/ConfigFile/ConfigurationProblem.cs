namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>Something in a configuration file that cannot be, and where.</summary>
internal sealed record ConfigurationProblem(Position At, string Message, string? Hint);
