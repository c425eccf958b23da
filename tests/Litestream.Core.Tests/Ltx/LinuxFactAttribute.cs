namespace Litestream.Core.Tests.Ltx;

/// <summary>A test that asks Linux for unmapped memory: skipped, visibly, elsewhere.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute() => Skip = OperatingSystem.IsLinux() ? null : "needs mmap as Linux has it";
}
