using System.Runtime.CompilerServices;

namespace Litestream.Storage;

/// <summary>Replicas in a folder.</summary>
internal sealed class FolderRoot : ReplicaRoot
{
    public const string Scheme = "file://";

    private readonly string _folder;

    private FolderRoot(string folder)
    {
        _folder = folder;
        Url = Scheme + Escape(folder);
    }

    public override string Url { get; }

    public override string Identity => Url;

    public override string Kind => "file";

    public override string? LocalFolder => _folder;

    public override Fencing Fencing => Fencing.Enforced;

    public static FolderRoot Parse(string url)
    {
        var path = Uri.UnescapeDataString(url[Scheme.Length..]);
        if (!path.StartsWith('/'))
            throw Malformed(url, "the path of a file URL must be absolute");
        return At(path);
    }

    public static FolderRoot At(string path) => new(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));

    /// <summary>The first publish creates it, and says what is wrong with it.</summary>
    public override Task CheckAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override async IAsyncEnumerable<string> ListFoldersAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var folder = FolderOf(path);
        if (!Directory.Exists(folder))
            yield break;
        foreach (var name in await Task.Run(() => Directory.GetDirectories(folder), cancellationToken).ConfigureAwait(false))
            yield return Path.GetFileName(name);
    }

    public override string UrlOf(string path) => Scheme + Escape(FolderOf(path));

    public override void Dispose()
    {
        // Nothing is held between two calls.
    }

    internal override IPlainFiles OpenPlain(string path) => new FolderPlainFiles(FolderOf(path));

    private protected override IReplicaStorage OpenChecked(string path, RequestCounters counters) =>
        new CountingStorage(new FolderStorage(FolderOf(path), UrlOf(path)), counters);

    private string FolderOf(string path) => Path.TrimEndingDirectorySeparator(Path.Join(_folder, path));

    /// <summary>Only what would be read back differently; people should recognise their path.</summary>
    private static string Escape(string path) => path.Replace("%", "%25", StringComparison.Ordinal);
}
