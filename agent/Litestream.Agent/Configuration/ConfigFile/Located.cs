namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>A value and where in the file it stands.</summary>
internal readonly record struct Located<T>(T Value, Position At);
