using Litestream.Tests.Needs;

namespace Litestream.Core.Tests.Storage;

/// <summary>Skips, with the reason, where a test may not mount a small file system to fill it up.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsTmpfsAttribute : FactAttribute
{
    public NeedsTmpfsAttribute() => Skip = Need.SkipReason("mount", SmallFileSystem.CanMount, "run as root where mounting is allowed");
}
