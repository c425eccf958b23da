using Litestream.EndToEnd.Histories;
using Litestream.Tests.Needs;

namespace Litestream.EndToEnd.Needs;

/// <summary>A C compiler, for the library that kills an application inside its fsync.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsCompilerAttribute : FactAttribute
{
    public NeedsCompilerAttribute() => Skip = Need.SkipReason("compiler", DyingInFsync.IsPossible, "install clang or gcc");
}
