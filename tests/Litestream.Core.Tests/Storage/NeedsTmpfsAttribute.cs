namespace Litestream.Core.Tests.Storage;

/// <summary>Skips, with the reason, where a test may not mount a small file system to fill it up.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsTmpfsAttribute : FactAttribute
{
    public NeedsTmpfsAttribute()
    {
        if (!SmallFileSystem.CanMount)
            Skip = "needs to mount a tmpfs (root with CAP_SYS_ADMIN)";
    }
}
