using Litestream.Cloud.Configuration;
using Litestream.Restore;

namespace Litestream.Cloud.Drills;

/// <summary>
/// Where a worker's restores lie during a round: copies of somebody's data, which nobody but this process may have, and which must not outlive it. A lock beside
/// the folder ends with its process however that ends: what stands without one was left by a worker that was killed, and goes with the next round here.
/// </summary>
internal sealed class ScratchFolder : IDisposable
{
    private const string LockEnding = ".lock";

    private readonly string _folder;
    private readonly FileStream _lock;

    private ScratchFolder(string folder, FileStream held) => (_folder, _lock) = (folder, held);

    public static string PathOf(WorkerOptions options) => Path.Combine(options.Scratch, options.Name);

    /// <summary>Throws <see cref="IOException"/>, <see cref="UnauthorizedAccessException"/> or <see cref="LitestreamException"/> where nothing can be written.</summary>
    public static ScratchFolder Take(WorkerOptions options)
    {
        PrivateFolder.Create(options.Scratch);
        foreach (var left in Directory.GetDirectories(options.Scratch))
            TryClear(left);
        // The lock first: no folder of a living worker is ever without one.
        var folder = PathOf(options);
        var held = TryLock(folder) ?? throw new IOException($"{folder} is another worker's");
        PrivateFolder.Create(folder);
        return new(folder, held);
    }

    public void Dispose()
    {
        PrivateFolder.TryDelete(_folder);
        Release(_folder, _lock);
    }

    private static void TryClear(string folder)
    {
        if (TryLock(folder) is not { } held)
            return;
        PrivateFolder.TryDelete(folder);
        Release(folder, held);
    }

    private static FileStream? TryLock(string folder)
    {
        try
        {
            return new(folder + LockEnding, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception held) when (held is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Release(string folder, FileStream held)
    {
        // While it is held: the next one by this name makes its own.
        File.Delete(folder + LockEnding);
        held.Dispose();
    }
}
