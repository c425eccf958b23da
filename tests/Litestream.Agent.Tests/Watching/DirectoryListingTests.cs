using Litestream.Agent.Watching;

namespace Litestream.Agent.Tests.Watching;

public sealed class DirectoryListingTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Shows_every_name_once_hidden_ones_and_folders_too_and_nothing_below_them()
    {
        _folder.File("a.db");
        _folder.File(".hidden.db");
        _folder.Folder("folder");
        _folder.File("folder/below.db");
        File.CreateSymbolicLink(_folder["dangling"], "nowhere");
        var names = new List<string>();
        DirectoryListing.Read(_folder.Path, name => names.Add(name.ToString()));
        Assert.Equal([".hidden.db", "a.db", "dangling", "folder"], names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_directory_that_went_away_is_an_error_and_not_an_empty_one() =>
        Assert.ThrowsAny<IOException>(() => DirectoryListing.Read(_folder["nowhere"], _ => { }));
}
