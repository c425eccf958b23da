namespace Litestream.EndToEnd.Needs;

/// <summary>As <see cref="NeedsNodeAttribute"/>, for a test with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsNodeTheoryAttribute : TheoryAttribute
{
    public NeedsNodeTheoryAttribute() => Skip = NeedsNodeAttribute.SkipReason();
}
