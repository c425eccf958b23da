using Litestream.Replication;
using Litestream.Sqlite;

namespace Litestream.Core.Tests.Replication;

/// <summary>Whatever goes wrong has a reason from the closed list and a sentence that says what to do.</summary>
public sealed class CaptureFailureTests
{
    [Theory]
    [InlineData((int)SqliteCode.Busy, DatabaseStatus.Waiting, DatabaseReason.Locked)]
    [InlineData((int)SqliteCode.Protocol, DatabaseStatus.Waiting, DatabaseReason.Locked)]
    [InlineData((int)SqliteCode.Corrupt, DatabaseStatus.Error, DatabaseReason.Corrupt)]
    [InlineData((int)SqliteCode.NotADatabase, DatabaseStatus.Error, DatabaseReason.NotADatabase)]
    [InlineData((int)SqliteCode.Full, DatabaseStatus.Error, DatabaseReason.DatabaseDiskFull)]
    [InlineData(10 | (19 << 8), DatabaseStatus.Error, DatabaseReason.DatabaseDiskFull)]
    [InlineData((int)SqliteCode.CannotOpen, DatabaseStatus.Error, DatabaseReason.Permission)]
    [InlineData((int)SqliteCode.ReadOnly, DatabaseStatus.Error, DatabaseReason.Permission)]
    [InlineData((int)SqliteCode.IoError, DatabaseStatus.Error, DatabaseReason.Other)]
    public void Each_code_of_SQLite_has_its_reason(int code, DatabaseStatus status, DatabaseReason reason)
    {
        var failure = CaptureFailure.Of(new SqliteErrorException("reading", "/data/a.db", code, "its words"), "/data/a.db");
        Assert.Equal((status, reason), (failure.Status, failure.Reason));
        Assert.Contains("/data/a.db", failure.Message, StringComparison.Ordinal);
        Assert.Contains("its words", failure.Message, StringComparison.Ordinal);
        Assert.Equal(reason != DatabaseReason.Other, failure.Hint is not null);
    }

    [Fact]
    public void Anything_else_keeps_its_words_and_hint()
    {
        Assert.Equal("do this", CaptureFailure.Of(new LitestreamException("what", null, "do this"), "/a").Hint);
        Assert.Contains("InvalidOperationException: odd", CaptureFailure.Of(new InvalidOperationException("odd"), "/a").Message, StringComparison.Ordinal);
        var full = new IOException("No space left on device", 28);
        Assert.Equal(DatabaseReason.StateDiskFull, CaptureFailure.Of(full, "/a").Reason);
    }
}
