using Litestream.Restore;
using Litestream.Sqlite;

namespace Litestream.InPlace;

/// <summary>The wanted state in a file of its own, proven; its folder goes with it.</summary>
internal sealed class RestoredAside(string folder, string path, RestoreResult result) : IDisposable
{
    public string Path => path;

    public RestoreResult Result => result;

    /// <summary>It has no WAL, so its first bytes are its header.</summary>
    public DatabaseShape Shape()
    {
        var header = new byte[DatabaseHeader.SizeBytes];
        using (var file = File.OpenHandle(path))
            _ = RandomAccess.Read(file, header, 0);
        return DatabaseShape.Of(header);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
