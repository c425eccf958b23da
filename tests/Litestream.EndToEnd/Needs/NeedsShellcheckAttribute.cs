using Litestream.Tests.Needs;

namespace Litestream.EndToEnd.Needs;

/// <summary>The <c>shellcheck</c> program.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsShellcheckAttribute : FactAttribute
{
    public NeedsShellcheckAttribute() => Skip = Need.SkipReason("shellcheck", Need.OnPath("shellcheck"), "install shellcheck");
}
