using System.Diagnostics;
using Litestream.Core.Tests.Replication;
using Litestream.Core.Tests.Storage;
using Litestream.Sqlite;
using Litestream.Storage;
using Microsoft.Win32.SafeHandles;

namespace Litestream.Core.Tests.Sqlite;

/// <summary>In a directory where somebody else makes names, a file of ours is opened or nothing is.</summary>
public sealed class RegularFileTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("read")]
    [InlineData("write")]
    [InlineData("alone")]
    public void What_is_no_file_is_refused_at_once_and_not_made(string how)
    {
        File.WriteAllText(_folder["somebodys"], "precious");
        File.CreateSymbolicLink(_folder["link"], _folder["somebodys"]);
        File.CreateSymbolicLink(_folder["to-nothing"], _folder["nothing"]);
        File.CreateSymbolicLink(_folder["to-zeros"], "/dev/zero");
        Directory.CreateDirectory(_folder["directory"]);
        using (var mkfifo = Process.Start("mkfifo", [_folder["pipe"]]))
            mkfifo.WaitForExit();
        foreach (var name in (string[])["link", "to-nothing", "to-zeros", "directory", "pipe"])
            Assert.Contains($"{name} is in the way", Assert.Throws<IOException>(() => Open(how, name).Dispose()).Message, StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(_folder["somebodys"]));
        Assert.False(File.Exists(_folder["nothing"]));
    }

    [Fact]
    public void A_file_with_another_name_is_read_and_never_written_to()
    {
        File.WriteAllText(_folder["somebodys"], "precious");
        FileNames.Link(_folder["somebodys"], _folder["ours"]);
        Open("read", "ours").Dispose();
        foreach (var how in (string[])["write", "alone"])
            Assert.Contains("hard link", Assert.Throws<IOException>(() => Open(how, "ours").Dispose()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_who_has_it_alone_keeps_others_out_and_what_is_missing_is_said()
    {
        var alone = Open("alone", "ours");
        Assert.Equal(PosixFile.WouldBlock, Assert.Throws<IOException>(() => Open("alone", "ours").Dispose()).HResult);
        // Not closed only: a program that another test starts has the descriptor for a moment, and the lock with it.
        RegularFile.Release(alone);
        RegularFile.Release(Open("alone", "ours"));
        Assert.Throws<FileNotFoundException>(() => Open("read", "missing").Dispose());
        Open("write", "new").Dispose();
        Assert.True(File.Exists(_folder["new"]));
    }

    [Fact]
    public void What_is_written_anew_replaces_a_link_and_not_what_it_leads_to()
    {
        File.WriteAllText(_folder["somebodys"], "precious");
        File.CreateSymbolicLink(_folder["ours"], _folder["somebodys"]);
        RegularFile.WriteNew(_folder["ours"], "mine");
        Assert.Equal(("precious", "mine"), (File.ReadAllText(_folder["somebodys"]), File.ReadAllText(_folder["ours"])));
        Assert.Null(new FileInfo(_folder["ours"]).LinkTarget);
    }

    private SafeFileHandle Open(string how, string name) => how switch
    {
        "read" => RegularFile.OpenRead(_folder[name]),
        "write" => RegularFile.OpenWrite(_folder[name]),
        _ => RegularFile.OpenAlone(_folder[name]),
    };
}
