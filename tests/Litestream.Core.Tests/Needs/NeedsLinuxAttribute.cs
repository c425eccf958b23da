using Litestream.Tests.Needs;

namespace Litestream.Core.Tests.Needs;

/// <summary>Linux, to ask it for unmapped memory.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsLinuxAttribute : FactAttribute
{
    public NeedsLinuxAttribute() => Skip = Need.SkipReason("linux", OperatingSystem.IsLinux(), "the test calls mmap as Linux has it");
}
