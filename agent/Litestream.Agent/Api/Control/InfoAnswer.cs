namespace Litestream.Agent.Api.Control;

/// <summary>Answer of <c>/info</c>.</summary>
internal sealed record InfoAnswer(string Version, int Pid, long UptimeSeconds, DateTimeOffset StartedAt, int DatabaseCount);
