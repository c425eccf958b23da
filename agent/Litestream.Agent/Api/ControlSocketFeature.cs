namespace Litestream.Agent.Api;

/// <summary>Marks a connection that came through the control socket.</summary>
internal sealed class ControlSocketFeature;
