using Litestream.Agent.Watching;
using Litestream.Core.Tests.Replication;
using Litestream.Sqlite;
using Litestream.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Agent.Tests.Watching;

/// <summary>What the sweep finds when no event tells of anything: the watch is there, and nobody reads it.</summary>
public sealed class DirectorySweepTests : IAsyncDisposable
{
    private const string Guid = "12345678-1234-5678-9abc-123456789012";
    private const string Other = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";

    private readonly TestFolder _folder = new();
    private readonly ShiftedTime _time = new();
    private readonly Inotify _events = Inotify.TryOpen(out _)!;
    private readonly Store _store;
    private readonly Registration _registration;
    private readonly DirectorySweep _sweep;
    private readonly WatchedDirectory _directory;

    public DirectorySweepTests()
    {
        _store = Store.Open(new StoreOptions { StateDirectory = _folder["state"] }, [FolderRoot.At(_folder["replica"], keepsPlainFiles: false)]);
        _registration = new(new([_store]), NullLogger.Instance);
        _sweep = new(_registration, _events, _time, NullLogger.Instance);
        _directory = new(_folder.Folder("clients"));
        _directory.Take(TenantRule.Guids(), _store);
        _registration.AddDirectory(_directory);
        _time.Skip(TimeSpan.FromMinutes(1)); // the directory's stamp is older than any tick
    }

    public async ValueTask DisposeAsync()
    {
        _registration.Stop();
        await _store.DisposeAsync();
        _events.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_directory_in_which_no_name_comes_or_goes_is_glanced_at_nine_times_in_ten()
    {
        _folder.File($"clients/{Guid}.db");
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1], Enumerable.Range(0, 12).Select(_ => SweepAgain()));
        Assert.NotNull(_store.Find(Guid));
    }

    [Fact]
    public void A_file_that_came_is_found_by_the_next_sweep()
    {
        BeginWithGlances();
        _folder.File($"clients/{Other}.db");
        SweepAgain();
        Assert.NotNull(_store.Find(Other));
    }

    [Fact]
    public async Task A_file_that_went_is_found_by_the_next_sweep()
    {
        BeginWithGlances();
        File.Delete(_folder[$"clients/{Guid}.db"]);
        SweepAgain();
        await Eventually.Becomes(() => _store.Find(Guid) is null, "it has left");
    }

    [Fact]
    public void A_directory_that_came_is_found_by_the_next_sweep()
    {
        var entry = new Litestream.Agent.Configuration.ConfigFile.DirectoryEntry(Pattern: null, Recursive: true, Watch: true);
        _directory.Take(TenantRule.Of(_directory.Path, "data", entry), _store);
        BeginWithGlances();
        _folder.Folder("clients/below");
        _folder.File($"clients/below/{Other}.db");
        SweepAgain();
        Assert.NotNull(_store.Find(Other));
    }

    [Fact]
    public void Lost_events_have_every_name_listed()
    {
        BeginWithGlances();
        _sweep.Run(isComplete: true);
        Assert.Equal(0, _directory.Glances);
    }

    [Fact]
    public void A_stamp_that_the_next_name_might_share_is_not_trusted()
    {
        _folder.File($"clients/{Guid}.db");
        var stamp = FileStat.OfTarget(_directory.Path)!.Value.ChangedAt;
        _time.Skip(stamp - TimeSpan.FromSeconds(1) - _time.GetUtcNow()); // the stamp may be of a clock that is a little ahead
        SweepAgain();
        Assert.Equal(0, SweepAgain());
        _time.Skip(TimeSpan.FromSeconds(20));
        Assert.Equal(0, SweepAgain()); // the first look that may trust it
        Assert.Equal(1, SweepAgain());
    }

    [Fact]
    public void While_a_file_is_refused_its_directory_is_listed_each_time()
    {
        _folder.File($"clients/{Guid}.db");
        _folder.Folder($"clients/{Other}.db");
        Assert.Equal([0, 0, 0], Enumerable.Range(0, 3).Select(_ => SweepAgain()));
        Directory.Delete(_folder[$"clients/{Other}.db"]);
        Assert.Equal([0, 1], Enumerable.Range(0, 2).Select(_ => SweepAgain()));
    }

    [Fact]
    public void One_that_is_refused_for_its_name_is_listed_once()
    {
        _folder.File("clients/legacy.db");
        Assert.Equal([0, 1], Enumerable.Range(0, 2).Select(_ => SweepAgain()));
        Assert.Equal(1, _registration.SkippedCount);
    }

    [Fact]
    public async Task A_file_that_was_written_is_found_by_a_glance()
    {
        BeginWithGlances();
        await Eventually.Becomes(() => _store.Find(Guid)!.Snapshot().Reason == DatabaseReason.EmptyFile, "it waits");
        File.WriteAllText(_folder[$"clients/{Guid}.db"], new string('x', 5000));
        Assert.Equal(2, SweepAgain());
        await Eventually.Becomes(() => _store.Find(Guid)!.Snapshot().Reason == DatabaseReason.NotADatabase, "it was looked at");
    }

    [Fact]
    public void Two_names_of_one_tenant_are_looked_at_until_one_has_gone()
    {
        var second = new WatchedDirectory(_folder.Folder("second"));
        second.Take(TenantRule.Guids(), _store);
        _registration.AddDirectory(second);
        _folder.File($"clients/{Guid}.db");
        _folder.File($"second/{Guid}.db");
        SweepAgain();
        Assert.Equal(1, SweepAgain());
        Assert.Equal(0, second.Glances);
    }

    private void BeginWithGlances()
    {
        _folder.File($"clients/{Guid}.db");
        SweepAgain();
        Assert.Equal(1, SweepAgain());
    }

    /// <summary>A sweep as it comes each minute; answers how many glances there were in a row.</summary>
    private int SweepAgain()
    {
        _sweep.Run(isComplete: false);
        _registration.StartAnnouncing();
        return _directory.Glances;
    }
}
