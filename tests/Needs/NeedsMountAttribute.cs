namespace Litestream.Tests.Needs;

/// <summary>A small file system of the test's own, to fill it up.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsMountAttribute : FactAttribute
{
    public NeedsMountAttribute() => Skip = Need.SkipReason("mount", SmallFileSystem.CanMount, "run as root where mounting is allowed");
}
