using Litestream.Agent.Watching;

namespace Litestream.Agent.Tests.Watching;

public sealed class SymbolicLinksTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("/etc/passwd", "leads out of the watched directory")]
    [InlineData("../outside.db", "leads out of the watched directory")]
    [InlineData("inside.db", "under its own name")]
    [InlineData("nowhere.db", "to nothing")]
    public void Says_where_a_link_leads(string target, string reason)
    {
        _folder.File("outside.db");
        _folder.Folder("data");
        _folder.File("data/inside.db");
        File.CreateSymbolicLink(_folder["data/link.db"], target);
        Assert.Contains(reason, SymbolicLinks.WhyRefused(new(_folder["data"]), _folder["data/link.db"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_watched_directory_that_is_itself_a_link_is_followed()
    {
        _folder.Folder("real");
        _folder.File("real/inside.db");
        File.CreateSymbolicLink(_folder["data"], _folder["real"]);
        File.CreateSymbolicLink(_folder["real/link.db"], "inside.db");
        Assert.Contains("under its own name", SymbolicLinks.WhyRefused(new(_folder["data"]), _folder["data/link.db"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_loop_of_links_is_refused()
    {
        File.CreateSymbolicLink(_folder["a.db"], "b.db");
        File.CreateSymbolicLink(_folder["b.db"], "a.db");
        Assert.Contains("symbolic link", SymbolicLinks.WhyRefused(new(_folder.Path), _folder["a.db"]), StringComparison.Ordinal);
    }
}
