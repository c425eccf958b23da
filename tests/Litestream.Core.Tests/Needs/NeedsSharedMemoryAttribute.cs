using Litestream.Sqlite;
using Litestream.Tests.Needs;

namespace Litestream.Core.Tests.Needs;

/// <summary>A second file system, in memory. On a class: for all the tests that it inherits by <c>[ContractFact]</c>.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
internal sealed class NeedsSharedMemoryAttribute : FactAttribute
{
    private const string SharedMemory = "/dev/shm";

    public NeedsSharedMemoryAttribute() => Skip = Need.SkipReason("shm", Folder is not null, $"{SharedMemory} must be a file system other than that of {Path.GetTempPath()}");

    /// <summary>Null where there is none.</summary>
    public static string? Folder => FileStat.Of(SharedMemory) is { } there && there.Device != FileStat.Of(Path.GetTempPath())?.Device ? SharedMemory : null;
}
