namespace Litestream.Agent.Tests.Monitoring;

/// <summary>An expression asks for something that no agent has, or is none.</summary>
internal sealed class PromQueryException(string message) : Exception(message);
