using Litestream.Core.Tests.Storage;
using Litestream.Sqlite;

namespace Litestream.Core.Tests.Replication;

/// <summary>Two looks at the same file, with the same time stamps.</summary>
public sealed class FileLookTests
{
    /// <summary>The kernel stamps files with a clock that ticks every few milliseconds: a write after the look may have got the stamps of the one before it.</summary>
    [Theory]
    [InlineData(1, FileEvent.Database)]
    [InlineData(500, FileEvent.None)]
    public void A_file_that_was_young_at_a_look_may_have_been_written_since(int ageMs, FileEvent expected)
    {
        using var folder = new ScratchFolder();
        var path = Path.Combine(folder.Path, "app.db");
        File.WriteAllText(path, "x");
        var file = FileStat.Of(path)!.Value;
        var written = DateTimeOffset.UnixEpoch.AddTicks(Math.Max(file.MtimeNs, file.CtimeNs) / 100);
        var before = new FileLook(file, null, written.AddMilliseconds(ageMs));
        Assert.Equal(expected, new FileLook(file, null, before.At.AddSeconds(10)).Since(before));
    }
}
