using System.Diagnostics;
using Litestream.Agent.Watching;

namespace Litestream.Agent.Tests.Watching;

public sealed class DirectoryRulesTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_directory_one_may_read_and_write_is_fine() => Assert.Null(DirectoryRules.WhyUnusable(_folder.Path, out _));

    [Fact]
    public void Each_thing_that_is_wrong_has_its_own_sentence()
    {
        Assert.Equal("it does not exist", DirectoryRules.WhyUnusable(_folder["nowhere"], out _));
        Assert.Equal("it is not a directory", DirectoryRules.WhyUnusable(_folder.File("file"), out _));
    }

    /// <summary>Root may do everything, so the program runs without root's power to pass by permissions.</summary>
    [Theory]
    [InlineData(UnixFileMode.None, "may not read it")]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserExecute, "may not write to it")]
    public async Task A_directory_that_is_closed_to_the_user_is_told_from_one_that_cannot_be_written(UnixFileMode mode, string reason)
    {
        File.SetUnixFileMode(_folder.Folder("closed"), mode);
        var run = await ProgramProcess.RunUnprivilegedAsync("-watch-dir", _folder["closed"], "-state-dir", _folder["state"]);
        File.SetUnixFileMode(_folder["closed"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_name_really_is_is_seen_without_opening_it()
    {
        _folder.File("file", "12345");
        _folder.Folder("folder");
        File.CreateSymbolicLink(_folder["link"], _folder["file"]);
        using (var mkfifo = Process.Start("mkfifo", _folder["pipe"]))
            mkfifo.WaitForExit();
        Assert.Equal(Interop.FileKind.Regular, Interop.FileFacts.Read(_folder["file"], followLinks: false).Kind);
        Assert.Equal(5, Interop.FileFacts.Read(_folder["file"], followLinks: false).SizeBytes);
        Assert.Equal(Interop.FileKind.Directory, Interop.FileFacts.Read(_folder["folder"], followLinks: false).Kind);
        Assert.Equal(Interop.FileKind.SymbolicLink, Interop.FileFacts.Read(_folder["link"], followLinks: false).Kind);
        Assert.Equal(Interop.FileKind.Pipe, Interop.FileFacts.Read(_folder["pipe"], followLinks: false).Kind);
        Assert.Equal(Interop.FileKind.Device, Interop.FileFacts.Read("/dev/null", followLinks: false).Kind);
        Assert.Equal(Interop.FileKind.Missing, Interop.FileFacts.Read(_folder["nowhere"], followLinks: false).Kind);
        Assert.True(Interop.FileFacts.Read(_folder["link"], followLinks: true).IsSameFileAs(Interop.FileFacts.Read(_folder["file"], followLinks: false)));
    }
}
