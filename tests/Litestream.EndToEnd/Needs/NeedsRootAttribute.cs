using Litestream.Tests.Needs;

namespace Litestream.EndToEnd.Needs;

/// <summary>Root, to give a file another owner.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsRootAttribute : FactAttribute
{
    public NeedsRootAttribute() => Skip = Need.SkipReason("root", Environment.UserName == "root", "run as root");
}
