namespace Litestream.Tests.Needs;

/// <summary>Root, to give a file another owner.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsRootAttribute : FactAttribute
{
    public NeedsRootAttribute() => Skip = Need.SkipReason("root", Environment.IsPrivilegedProcess, "run as root");
}
