using Litestream.Core.Tests.Replication;
using Litestream.Restore;
using Litestream.Sqlite;
using Litestream.Tests.Needs;

namespace Litestream.Core.Tests.Restore;

/// <summary>Somebody else writes in the folder that is restored into, and puts links where the restore will write: none of them is written through.</summary>
public sealed partial class PlantedFilesTests : IDisposable
{
    private const uint Somebody = 65534;

    private readonly History _history = RestorerTests.Busy();
    private readonly RestoreTarget _target = new();
    private readonly string _precious;

    public PlantedFilesTests()
    {
        SqliteForTests.Choose();
        _precious = Path.Combine(Path.GetDirectoryName(_target.Path)!, "precious");
        File.WriteAllText(_precious, "precious");
    }

    public void Dispose()
    {
        Assert.Equal("precious", File.ReadAllText(_precious));
        _target.Dispose();
        _history.Dispose();
    }

    [Fact]
    public async Task The_journal_of_a_restore_that_was_cut_may_be_a_link_and_the_restore_begins_anew()
    {
        await File.WriteAllTextAsync(_target.Path + ".part", "of an earlier one");
        File.CreateSymbolicLink(_target.Path + ".part-done", _precious);
        await RestoreTarget.Restore(_history.Storage, _target.Options);
        Assert.Equal(_history.StateAt(_history.Newest.Value), _target.Bytes);
        Assert.Equal(["precious", "restored.db"], _target.Files);
    }

    [Fact]
    public void A_link_that_appears_in_place_of_the_journal_later_is_not_written_to()
    {
        var journal = PartJournal.At(_target.Path + ".part-done");
        File.CreateSymbolicLink(_target.Path + ".part-done", _precious);
        Assert.False(journal.Exists);
        Assert.Throws<IOException>(() => journal.Add(new(1, 1, 1, 1), 100_000_000));
    }

    [Fact]
    public async Task A_part_that_is_a_second_name_of_another_file_is_refused()
    {
        FileNames.Link(_precious, _target.Path + ".part");
        var error = await Assert.ThrowsAsync<LitestreamException>(() => RestoreTarget.Restore(_history.Storage, _target.Options));
        Assert.Contains("hard link", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_rollback_journal_of_a_read_replica_that_is_a_link_is_not_emptied_and_the_database_stays()
    {
        File.CreateSymbolicLink(DatabaseFiles.JournalOf(_target.Path), _precious);
        Assert.Throws<IOException>(() => RollbackJournal.Create(_target.Path, 4096, 1));
    }

    [Fact]
    public void What_a_read_replica_collects_and_notes_goes_to_no_link()
    {
        File.CreateSymbolicLink(_target.Path + ".next", _precious);
        File.CreateSymbolicLink(_target.Path + "-txid.tmp", _precious);
        Assert.Throws<IOException>(() => new PageBatch(_target.Path + ".next", 4096).Dispose());
        new FollowPosition(_target.Path).Write(new(5));
        Assert.Equal(5ul, new FollowPosition(_target.Path).Read(5).Value);
    }

    /// <summary>Root restores into a folder of somebody's, who made the name a link to what only root may write.</summary>
    [NeedsRoot]
    public async Task A_link_that_somebody_made_to_what_is_not_theirs_is_not_followed_and_one_of_their_own_is()
    {
        var (link, theirs) = (_target.Path + ".link", _target.Path);
        File.CreateSymbolicLink(link, _precious);
        Assert.Equal(0, ChangeOwnerOfLink(link, Somebody, Somebody));
        var error = await _target.Refuses(_history.Storage, _target.Options with { OutputPath = link, Force = true });
        Assert.Contains("not theirs", error.Message, StringComparison.Ordinal);

        File.Delete(link);
        File.CreateSymbolicLink(link, theirs);
        Assert.Equal(0, ChangeOwnerOfLink(link, Somebody, Somebody));
        await _target.Refuses(_history.Storage, _target.Options with { OutputPath = link });
        await File.WriteAllTextAsync(theirs, "");
        Assert.Equal(0, Owner.Change(theirs, Somebody, Somebody));
        await RestoreTarget.Restore(_history.Storage, _target.Options with { OutputPath = link });
        Assert.Equal(_history.StateAt(_history.Newest.Value), _target.Bytes);
    }

    [System.Runtime.InteropServices.LibraryImport("libc", EntryPoint = "lchown", StringMarshalling = System.Runtime.InteropServices.StringMarshalling.Utf8)]
    private static partial int ChangeOwnerOfLink(string path, uint user, uint group);
}
