using Litestream.Storage;

namespace Litestream.Replication;

/// <summary>
/// Where the folders of databases really are. A folder that was exchanged for a symbolic link has a database of somebody else's under each name that its maker likes; one that is
/// another at the same place, as after a mount, is well. A folder is known from the first opening of a database in it until the last of them has left.
/// </summary>
internal sealed class RealFolders
{
    private readonly Dictionary<string, (string Real, int Databases)> _known = new(StringComparer.Ordinal);

    /// <summary>Throws when the folder leads elsewhere than it did.</summary>
    public void Check(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (PosixFile.RealPath(folder) is { } real && Known(folder) is { } known && known != real)
            throw new CaptureException(DatabaseStatus.Error, DatabaseReason.Other, $"{folder} leads to {real} now, and was {known}: {path} is not opened there", "put it back; if it is meant, start litestream anew", TimeSpan.FromMinutes(1));
    }

    /// <summary>A database of the folder was met for the first time.</summary>
    public void Enter(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        var real = PosixFile.RealPath(folder) ?? folder;
        lock (_known)
            _known[folder] = _known.TryGetValue(folder, out var known) ? (known.Real, known.Databases + 1) : (real == folder ? folder : real, 1);
    }

    /// <summary>It left the store.</summary>
    public void Leave(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        lock (_known)
        {
            if (_known.TryGetValue(folder, out var known) && known.Databases > 1)
                _known[folder] = (known.Real, known.Databases - 1);
            else
                _known.Remove(folder);
        }
    }

    private string? Known(string folder)
    {
        lock (_known)
            return _known.TryGetValue(folder, out var known) ? known.Real : null;
    }
}
