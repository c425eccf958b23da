using Litestream.Agent.Watching;

namespace Litestream.Agent.Tests.Watching;

public sealed class SkippedFilesTests
{
    private readonly SkippedFiles _skipped = new();
    private readonly WatchedDirectory _directory = new("/data");

    [Fact]
    public void A_file_is_news_once_and_again_when_its_reason_changes()
    {
        Assert.True(_skipped.Add(_directory, "/data/a.db", "its name", sweep: 1));
        Assert.False(_skipped.Add(_directory, "/data/a.db", "its name", sweep: 2));
        Assert.True(_skipped.Add(_directory, "/data/a.db", "another reason", sweep: 3));
        Assert.Equal(1, _skipped.Count);
    }

    [Fact]
    public void What_a_complete_look_did_not_meet_is_forgotten()
    {
        _skipped.Add(_directory, "/data/a.db", "x", sweep: 1);
        _skipped.Add(_directory, "/data/b.db", "x", sweep: 2);
        _skipped.EndSweep(_directory, sweep: 2);
        Assert.Equal("/data/b.db", Assert.Single(_skipped.Shown()).Path);
    }

    [Fact]
    public void A_directory_full_of_them_is_counted_and_neither_remembered_nor_shown_in_full()
    {
        for (var look = 1; look <= 2; look++)
        {
            _skipped.BeginSweep(_directory);
            for (var i = 0; i < 5000; i++)
                _skipped.Add(_directory, $"/data/{i}.db", "x", look);
            _skipped.EndSweep(_directory, look);
        }
        Assert.Equal(5000, _skipped.Count);
        Assert.Equal(SkippedFiles.MostShown, _skipped.Shown().Count);
    }
}
