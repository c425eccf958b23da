using Litestream.Agent.Interop;

namespace Litestream.Agent.Watching;

/// <summary>A registered database and the file it came from. One per tenant, so it is kept small; guarded by <see cref="Registration"/>'s lock.</summary>
internal sealed class TrackedFile(string path, WatchedDirectory directory, Database database)
{
    public string Path => path;

    public WatchedDirectory Directory => directory;

    public Database Database => database;

    public ReadOnlySpan<char> FileName => path.AsSpan(directory.Path.Length + (directory.Path.EndsWith('/') ? 0 : 1));

    /// <summary>Its file is gone and the store is finishing with it; what appears under its name meanwhile waits for that.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>The end of that; answers whether the store is done with it.</summary>
    public Task<bool>? Leaving { get; set; }

    /// <summary>A file was seen at the path. Only a database named by <c>-dsn</c> is registered before it has one.</summary>
    public bool IsPresent { get; set; }

    /// <summary>What stood at the path when it was last looked at.</summary>
    public FileId Id { get; set; }

    /// <summary>Number of the sweep that saw the file last.</summary>
    public int SeenInSweep { get; set; }

    /// <summary>The same tenant in another place, or the same file under another name: it waits until this one has left. A move.</summary>
    public TenantFile? Successor { get; set; }

    /// <summary>Only what certainly is not there has gone; what cannot be looked at may come back.</summary>
    public bool IsGone() => IsPresent && FileFacts.Read(path, followLinks: false).Kind == FileKind.Missing;
}
