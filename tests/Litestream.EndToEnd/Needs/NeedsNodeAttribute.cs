using Litestream.Tests.Needs;

namespace Litestream.EndToEnd.Needs;

/// <summary>Node and npm, for the packages of tests/package.json.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsNodeAttribute : FactAttribute
{
    public NeedsNodeAttribute() => Skip = SkipReason();

    internal static string? SkipReason() => Need.SkipReason("node", Need.OnPath("node") && Need.OnPath("npm"), "install node and npm");
}
