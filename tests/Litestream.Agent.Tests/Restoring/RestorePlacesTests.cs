using Litestream.Agent.Restoring;

namespace Litestream.Agent.Tests.Restoring;

public sealed class RestorePlacesTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("clients/new.db")]
    [InlineData("clients/below/new.db")]
    [InlineData("restored/new.db")]
    [InlineData("link-to-clients/new.db")]
    public void A_new_file_below_one_of_the_directories_is_allowed(string path)
    {
        Prepare();
        RestorePlaces.Open(_folder[path], Directories, Kept);
    }

    [Theory]
    [InlineData("clients/../outside/new.db", "..")]
    [InlineData("clients/./new.db", "parts")]
    [InlineData("clients//new.db", "parts")]
    [InlineData("outside/new.db", "outside of the directories")]
    [InlineData("clients-of-others/new.db", "outside of the directories")]
    [InlineData("clients/out/new.db", "symbolic link")]
    [InlineData("clients/below/../../outside/new.db", "..")]
    [InlineData("clients/dangling.db", "symbolic link")]
    [InlineData("clients/taken.db", "there already")]
    [InlineData("clients/empty.db", "there already")]
    [InlineData("clients/below", "there already")]
    [InlineData("clients/taken.db/new.db", "no directory")]
    [InlineData("clients/nowhere/new.db", "create it first")]
    [InlineData("clients/taken.db-wal", "-wal")]
    [InlineData("clients/new.db.part", ".part")]
    [InlineData("clients/", "absolute path of a file")]
    [InlineData("clients/backups/databases/0000000000000002-0000000000000002.ltx", "is a replica's")]
    [InlineData("link-to-clients/backups/new.db", "is a replica's")]
    [InlineData("clients/ne\nw.db", "control character")]
    [InlineData("clients/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456.db", "too long")]
    [InlineData("state/new.db", "the agent's own")]
    public void Anything_else_is_refused_and_says_why(string path, string why)
    {
        Prepare();
        var refused = Assert.Throws<RestoreRefusedException>(() => RestorePlaces.Open(_folder.Path + "/" + path, Directories, Kept));
        Assert.Contains(why, $"{refused.Message} {refused.Hint}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("clients/new.db")]
    [InlineData("../clients/new.db")]
    public void A_path_that_is_not_absolute_is_refused(string path) =>
        Assert.Contains("absolute", Assert.Throws<RestoreRefusedException>(() => RestorePlaces.Open(path, Directories, Kept)).Message);

    private string[] Directories => [_folder["clients"], _folder["restored"] + "/", _folder["link-to-clients"], _folder["state"]];

    private string[] Kept => [_folder["clients/backups"], _folder["nowhere"], _folder["state"]];

    private void Prepare()
    {
        _folder.Folder("clients/backups/databases");
        _folder.Folder("clients/below");
        _folder.Folder("restored");
        _folder.Folder("state");
        _folder.Folder("outside");
        _folder.Folder("clients-of-others");
        _folder.File("clients/taken.db", "something");
        _folder.File("clients/empty.db");
        Directory.CreateSymbolicLink(_folder["clients/out"], _folder["outside"]);
        File.CreateSymbolicLink(_folder["clients/dangling.db"], _folder["outside/target.db"]);
        // Who starts the agent may name a link; others may not go through one.
        Directory.CreateSymbolicLink(_folder["link-to-clients"], _folder["clients"]);
    }
}
