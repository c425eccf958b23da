using System.Runtime.CompilerServices;

namespace Litestream.Storage;

/// <summary>Replicas in a folder: each a folder of LTX files, or a plain SQLite file with a folder of LTX files beside it.</summary>
internal sealed class FolderRoot : ReplicaRoot
{
    public const string Scheme = "file://";

    /// <summary>What is added to a plain file's name for the folder of its history.</summary>
    public const string HistorySuffix = "-ltx";

    /// <summary>Never through a link.</summary>
    private static readonly EnumerationOptions OwnFolders = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    private readonly string _folder;
    private readonly bool _keepsPlainFiles;

    private FolderRoot(string folder, bool keepsPlainFiles)
    {
        (_folder, _keepsPlainFiles) = (folder, keepsPlainFiles);
        Url = Scheme + Escape(folder);
    }

    public override string Url { get; }

    /// <summary>Where the LTX files are, whether or not a plain file is kept beside them.</summary>
    private protected override string IdentityOfRoot => Scheme + Escape(HistoryOf(_folder));

    public override string Kind => "file";

    public override string? LocalFolder => _folder;

    public override Fencing Fencing => Fencing.Enforced;

    public static FolderRoot Parse(string url, bool keepsPlainFiles)
    {
        var path = Uri.UnescapeDataString(url[Scheme.Length..]);
        if (!path.StartsWith('/'))
            throw Malformed(url, "the path of a file URL must be absolute");
        return At(path, keepsPlainFiles);
    }

    public static FolderRoot At(string path, bool keepsPlainFiles) => new(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)), keepsPlainFiles);

    /// <summary>The first publish creates it, and says what is wrong with it.</summary>
    public override Task CheckAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override async IAsyncEnumerable<string> ListFoldersAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var folder = new DirectoryInfo(FolderOf(path));
        foreach (var name in await FolderListing.ReadAsync(folder.FullName, () => folder.EnumerateDirectories("*", FolderListing.Directly).Select(d => d.Name), cancellationToken).ConfigureAwait(false))
            yield return name;
    }

    public override string UrlOf(string path) => Scheme + Escape(FolderOf(path));

    public override void Dispose()
    {
        // Nothing is held between two calls.
    }

    internal override Task RemoveEmptyFoldersAsync(string path, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            var folder = FolderOf(path);
            if (Directory.Exists(folder))
            {
                foreach (var below in Directory.GetDirectories(folder, "*", OwnFolders).OrderByDescending(f => f.Length))
                    FolderPublication.TryRemoveEmpty(below);
            }
            while (folder.Length > _folder.Length && FolderPublication.TryRemoveEmpty(folder))
                folder = Path.GetDirectoryName(folder)!;
        },
        cancellationToken);

    internal override IPlainFiles OpenPlain(string path) => new FolderPlainFiles(HistoryOf(FolderOf(path)));

    internal override (string File, string History)? PlainFileOf(string path) => _keepsPlainFiles ? (FolderOf(path), HistoryOf(FolderOf(path))) : null;

    private protected override IReplicaStorage OpenChecked(string path, RequestCounters counters) =>
        new CountingStorage(new FolderStorage(HistoryOf(FolderOf(path)), UrlOf(path)), counters);

    private string FolderOf(string path) => Path.TrimEndingDirectorySeparator(Path.Join(_folder, path));

    private string HistoryOf(string path) => _keepsPlainFiles ? path + HistorySuffix : path;

    /// <summary>Only what would be read back differently; people should recognise their path.</summary>
    private static string Escape(string path) => path.Replace("%", "%25", StringComparison.Ordinal);
}
