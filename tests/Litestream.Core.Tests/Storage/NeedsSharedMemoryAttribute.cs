namespace Litestream.Core.Tests.Storage;

/// <summary>Skips, with the reason, where no second file system is at hand.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsSharedMemoryAttribute : FactAttribute
{
    private const string SharedMemory = "/dev/shm";

    public NeedsSharedMemoryAttribute()
    {
        if (Folder is null)
            Skip = $"needs {SharedMemory}, a file system other than that of {Path.GetTempPath()}";
    }

    /// <summary>Null where there is none.</summary>
    public static string? Folder => Directory.Exists(SharedMemory) ? SharedMemory : null;
}
