using Litestream.Tests.Needs;

namespace Litestream.EndToEnd.Needs;

/// <summary>A small file system of the test's own, to fill it up.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsMountAttribute : FactAttribute
{
    public NeedsMountAttribute() => Skip = Need.SkipReason("mount", Need.CanMount, "run as root where mounting is allowed");
}
