using Litestream.Tests.Needs;

namespace Litestream.EndToEnd.Chaos;

/// <summary>A disk of its own at a watched directory, which can be taken out while it is used, and put back.</summary>
internal sealed class RemovableDisk : IDisposable
{
    private readonly SmallFileSystem _disk = new(256);
    private bool _isOut = true;

    public RemovableDisk(string directory)
    {
        Path = directory;
        PutBack();
    }

    public static bool IsPossible => SmallFileSystem.CanMount;

    public string Path { get; }

    /// <summary>Programs go on with the files that they have open; whoever looks for them by their paths sees an empty directory.</summary>
    public void TakeOut()
    {
        SmallFileSystem.TakeAway(Path);
        _isOut = true;
    }

    public void PutBack()
    {
        if (_isOut)
            _disk.AttachTo(Path);
        _isOut = false;
    }

    public void Dispose()
    {
        if (!_isOut)
            TakeOut();
        _disk.Dispose();
    }
}
