using Litestream.Tests.Needs;

namespace Litestream.EndToEnd.Needs;

/// <summary><c>systemd-analyze</c>: reads units; no systemd has to run.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsSystemdAttribute : FactAttribute
{
    public NeedsSystemdAttribute() => Skip = Need.SkipReason("systemd", Need.OnPath("systemd-analyze"), "install systemd");
}
