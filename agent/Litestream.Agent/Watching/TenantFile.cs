namespace Litestream.Agent.Watching;

/// <summary>A file name in a watched directory.</summary>
internal sealed record TenantFile(WatchedDirectory Directory, string FileName)
{
    public string Path => Directory.PathOf(FileName);
}
