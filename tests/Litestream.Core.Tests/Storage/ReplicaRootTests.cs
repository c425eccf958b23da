using Litestream.Storage;

namespace Litestream.Core.Tests.Storage;

public sealed class ReplicaRootTests
{
    [Theory]
    [InlineData("file:///var/backups", "/var/backups")]
    [InlineData("file:///var/backups/", "/var/backups")]
    [InlineData("FILE:///var/./x/../backups", "/var/backups")]
    [InlineData("file:///var/my%20backups", "/var/my backups")]
    [InlineData("/var/backups", "/var/backups")]
    [InlineData("file:///", "/")]
    public void Reads_a_folder_from_a_url_or_a_path(string url, string folder)
    {
        var root = ReplicaRoot.Parse(url);
        Assert.Equal(folder, root.LocalFolder);
        Assert.Equal("file", root.Kind);
        Assert.Equal(folder, ReplicaRoot.Parse(root.Url).LocalFolder);
    }

    [Fact]
    public void A_relative_path_is_made_absolute() =>
        Assert.Equal(Path.GetFullPath("some/where"), ReplicaRoot.Parse("some/where").LocalFolder);

    [Fact]
    public void A_folder_with_a_percent_sign_keeps_it()
    {
        var root = ReplicaRoot.Parse("/var/100%20");
        Assert.Equal("/var/100%20", root.LocalFolder);
        Assert.Equal("/var/100%20", ReplicaRoot.Parse(root.Url).LocalFolder);
    }

    [Theory]
    [InlineData("webdavs://host/path", "to S3 and to folders")]
    [InlineData("ftp://host/path", "\"ftp://\"")]
    [InlineData("file://host/path", "absolute")]
    [InlineData("", "empty")]
    [InlineData("  ", "empty")]
    public void Refuses_what_it_cannot_open_and_says_why(string url, string reason)
    {
        var error = Assert.Throws<LitestreamException>(() => ReplicaRoot.Parse(url));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Hint);
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("databases/../../x")]
    [InlineData("/etc")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("./a")]
    [InlineData("a\0b")]
    public void Refuses_a_path_that_could_leave_it(string path) =>
        Assert.Throws<LitestreamException>(() => ReplicaRoot.Parse("/var/backups").Open(path));

    [Fact]
    public async Task Lists_the_databases_of_a_folder()
    {
        using var folder = new ScratchFolder();
        foreach (var name in (string[])["databases/b/ltx/0", "databases/a", "elsewhere"])
            Directory.CreateDirectory(folder[name]);
        var names = new List<string>();
        await foreach (var name in ReplicaRoot.Parse(folder.Path).ListDatabasesAsync(default))
            names.Add(name);
        Assert.Equal(["a", "b"], names.Order());
        await foreach (var name in ReplicaRoot.Parse(folder["nowhere"]).ListDatabasesAsync(default))
            Assert.Fail(name);
    }

    [Fact]
    public void Opens_databases_below_it_and_itself()
    {
        var root = ReplicaRoot.Parse("file:///var/backups");
        Assert.Equal("file:///var/backups/databases/x", root.Open("databases/x").Url);
        Assert.Equal("file:///var/backups", root.Open("").Url);
        Assert.Equal("file:///x", ReplicaRoot.Parse("/").Open("x").Url);
    }
}
