using System.IO.Enumeration;

namespace Litestream.Agent.Watching;

/// <summary>Shows every name of a directory as a span: a hundred thousand files cost no garbage.</summary>
internal sealed class DirectoryListing(string directory, DirectoryListing.NameHandler handle) : FileSystemEnumerator<bool>(directory, Options)
{
    private static readonly EnumerationOptions Options = new()
    {
        AttributesToSkip = 0, // hidden files, too; asking for attributes would cost a stat each
        IgnoreInaccessible = false,
        RecurseSubdirectories = false,
        ReturnSpecialDirectories = false,
    };

    public delegate void NameHandler(ReadOnlySpan<char> name);

    /// <summary>Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> when the directory cannot be read to its end.</summary>
    public static void Read(string directory, NameHandler handle)
    {
        using var listing = new DirectoryListing(directory, handle);
        while (listing.MoveNext()) { }
    }

    /// <summary>Everything happens here; no entry is included, so none is made an object of.</summary>
    protected override bool ShouldIncludeEntry(ref FileSystemEntry entry)
    {
        handle(entry.FileName);
        return false;
    }

    protected override bool TransformEntry(ref FileSystemEntry entry) => true;
}
