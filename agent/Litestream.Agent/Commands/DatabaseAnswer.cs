namespace Litestream.Agent.Commands;

/// <summary>One line of <c>litestream databases -json</c>.</summary>
internal sealed record DatabaseAnswer(string Path, string Replica, string ClientId, string? Status);
