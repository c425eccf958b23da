using Litestream.Tests.Needs;

namespace Litestream.Core.Tests.Needs;

/// <summary>Linux, to ask its kernel something.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsLinuxAttribute : FactAttribute
{
    public NeedsLinuxAttribute() => Skip = Need.SkipReason("linux", OperatingSystem.IsLinux(), "the test asks its kernel: for unmapped memory, for the list of locks");
}
