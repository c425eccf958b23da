namespace Litestream.EndToEnd.Needs;

/// <summary>Root, for a small file system of its own or another owner of a file.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsRootAttribute : FactAttribute
{
    public NeedsRootAttribute() => Skip = Need.SkipReason("root", Environment.UserName == "root", "mounts a file system or changes an owner");
}
