using Litestream.Tests.Needs;

namespace Litestream.EndToEnd.Needs;

/// <summary>A browser, and node for axe-core and dynalite.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsChromiumAttribute : FactAttribute
{
    public const string Program = "/usr/bin/chromium";

    public NeedsChromiumAttribute() => Skip = Need.SkipReason("chromium", File.Exists(Program), "install chromium") ?? NeedsNodeAttribute.SkipReason();
}
