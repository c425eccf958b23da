namespace Litestream.Agent.Api.Control;

/// <summary>Answer to register.</summary>
internal sealed record RegisteredAnswer(string Status, string Path);
