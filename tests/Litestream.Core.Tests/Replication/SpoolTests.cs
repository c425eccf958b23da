using Litestream.Core.Tests.Storage;
using Litestream.Ltx;
using Litestream.Replication;

namespace Litestream.Core.Tests.Replication;

public sealed class SpoolTests
{
    [Theory]
    [InlineData("12345678-1234-5678-9abc-123456789012", 0)]
    [InlineData("a.b.c", 9)]
    [InlineData("0.1.2", 1)]
    public void A_staged_name_says_what_it_is(string name, int level)
    {
        using var folder = new ScratchFolder();
        var path = new Spool(folder.Path).PathOf(name, level, new(2), new(0x2a));
        Assert.True(Spool.TryParse(path, out var parsedName, out var parsedLevel, out var min, out var max));
        Assert.Equal((name, level, new Txid(2), new Txid(0x2a)), (parsedName, parsedLevel, min, max));
    }

    [Fact]
    public void Leftovers_are_known_until_it_is_settled_what_becomes_of_them_and_torn_files_are_removed()
    {
        using var folder = new ScratchFolder();
        var path = new Spool(folder.Path).PathOf("a", 0, new(2), new(2));
        File.WriteAllText(path, "staged");
        File.WriteAllText(path + ".tmp", "torn");
        var spool = new Spool(folder.Path);
        Assert.Equal([path], spool.Earlier("a"));
        Assert.Equal([path], spool.Earlier("a"));
        spool.ForgetEarlier("a");
        Assert.Empty(spool.Earlier("a"));
        Assert.Equal([Path.GetFileName(path)], folder.Files());
    }
}
