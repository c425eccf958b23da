namespace Litestream.Agent.RemoteCommands;

/// <summary>The file of a tenant that came here has its name.</summary>
/// <param name="Text">For the result, behind other words.</param>
/// <param name="Since">Of a move: since when nobody could write to it.</param>
/// <param name="Paused">For so long.</param>
internal readonly record struct Opened(string Text, DateTimeOffset? Since, TimeSpan? Paused);
