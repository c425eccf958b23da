namespace Litestream.Core.Tests.Ltx;

/// <summary>A test that needs liblz4: skipped, visibly, where the system has none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LibLz4FactAttribute : FactAttribute
{
    public LibLz4FactAttribute() => Skip = LibLz4.IsPresent ? null : "liblz4.so.1 is not installed";
}
