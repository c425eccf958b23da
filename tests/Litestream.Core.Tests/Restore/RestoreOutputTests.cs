using Litestream.Core.Tests.Replication;
using Litestream.Ltx;
using Litestream.Restore;
using Litestream.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Core.Tests.Restore;

/// <summary>What is at the output's place already, and around it.</summary>
public sealed class RestoreOutputTests : IDisposable
{
    private readonly History _history = RestorerTests.Busy();
    private readonly RestoreTarget _target = new();

    [Fact]
    public async Task An_existing_file_is_not_replaced()
    {
        await File.WriteAllTextAsync(_target.Path, "precious");
        var error = await _target.Refuses(_history.Storage);
        Assert.Contains(_target.Path, error.Message, StringComparison.Ordinal);
        Assert.Contains("-force", error.Hint, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(_target.Path));
    }

    [Fact]
    public async Task A_file_that_appears_meanwhile_is_not_replaced_either()
    {
        var storage = new MeddlingStorage(_history.Storage, atRead: 2, () => File.WriteAllText(_target.Path, "precious"));
        await Assert.ThrowsAsync<LitestreamException>(() => RestoreTarget.Restore(storage, _target.Options));
        Assert.Equal("precious", await File.ReadAllTextAsync(_target.Path));
        Assert.Equal(["restored.db"], _target.Files);
    }

    [Fact]
    public async Task Force_replaces_it_and_removes_what_belonged_to_it()
    {
        foreach (var suffix in (string[])["", "-wal", "-shm", "-journal"])
            await File.WriteAllTextAsync(_target.Path + suffix, "old");
        await RestoreTarget.Restore(_history.Storage, _target.Options with { Force = true });
        Assert.Equal(_history.StateAt(_history.Newest.Value), _target.Bytes);
        Assert.Equal(["restored.db"], _target.Files);
    }

    [Fact]
    public async Task A_failed_restore_with_force_leaves_everything_as_it_was()
    {
        await File.WriteAllTextAsync(_target.Path, "old");
        await File.WriteAllTextAsync(_target.Path + "-wal", "old");
        _history.Delete(0, 3, 3);
        await _target.Refuses(_history.Storage, _target.Options with { Force = true });
        Assert.Equal("old", await File.ReadAllTextAsync(_target.Path));
    }

    [Fact]
    public async Task An_empty_file_gives_way()
    {
        await File.WriteAllTextAsync(_target.Path, "");
        await RestoreTarget.Restore(_history.Storage, _target.Options);
        Assert.Equal(_history.StateAt(_history.Newest.Value), _target.Bytes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_empty_file_that_a_program_has_open_does_not_nor_when_it_is_made_in_the_middle(bool inTheMiddle)
    {
        using var application = new OpenFile(_target.Path);
        if (!inTheMiddle)
            application.Open();
        var storage = inTheMiddle ? new MeddlingStorage(_history.Storage, atRead: 2, application.Open) : _history.Storage;
        var error = await Assert.ThrowsAsync<LitestreamException>(() => RestoreTarget.Restore(storage, _target.Options));
        Assert.Contains("has this empty file open", error.Message, StringComparison.Ordinal);
        application.Write("precious");
        Assert.Equal("precious", await File.ReadAllTextAsync(_target.Path));
    }

    [Fact]
    public void To_ask_who_has_it_open_does_no_harm_to_who_asks_while_others_open_it()
    {
        File.WriteAllText(_target.Path, "");
        using var opener = System.Diagnostics.Process.Start("sh", ["-c", $"while : >>'{_target.Path}'; do :; done"]);
        try
        {
            // The kernel tells the holder of a lease by a signal that, unless another is chosen, ends its process: this one.
            var open = Enumerable.Range(0, 5_000).Count(_ => EmptyFile.IsOpen(_target.Path));
            Assert.False(opener.HasExited);
            Assert.InRange(open, 0, 4_999);
        }
        finally
        {
            opener.Kill();
            opener.WaitForExit();
        }
    }

    [Fact]
    public async Task What_takes_the_empty_files_name_while_that_is_removed_stays()
    {
        var precious = _target.Path + ".new";
        for (var i = 0; i < 2_000; i++)
        {
            await File.WriteAllTextAsync(_target.Path, "");
            await File.WriteAllTextAsync(precious, "precious");
            using var together = new Barrier(2);
            var replacing = Task.Run(() =>
            {
                together.SignalAndWait();
                File.Move(precious, _target.Path, overwrite: true);
            });
            together.SignalAndWait();
            EmptyFile.Remove(_target.Path, mayBeOpen: false);
            await replacing;
            Assert.Equal([Path.GetFileName(_target.Path)], _target.Files);
            Assert.Equal("precious", await File.ReadAllTextAsync(_target.Path));
            File.Delete(_target.Path);
        }
    }

    [Fact]
    public async Task Leftovers_of_a_missing_database_are_moved_aside()
    {
        foreach (var suffix in (string[])["-wal", "-shm", "-journal"])
            await File.WriteAllTextAsync(_target.Path + suffix, "left over" + suffix);
        await RestoreTarget.Restore(_history.Storage, _target.Options);
        Assert.Equal(4, _target.Files.Length);
        foreach (var suffix in (string[])["-wal", "-shm", "-journal"])
        {
            var stale = Assert.Single(_target.Files, f => System.Text.RegularExpressions.Regex.IsMatch(f, $@"^restored\.db{suffix}\.stale-\d{{8}}T\d{{6}}Z$"));
            Assert.Equal("left over" + suffix, await File.ReadAllTextAsync(Path.Join(Path.GetDirectoryName(_target.Path), stale)));
        }
    }

    [Theory]
    [InlineData(0)] // the lock page is the last one
    [InlineData(1)]
    public void The_lock_page_is_a_hole_of_zeros(uint pagesBehind)
    {
        const int PageSize = 65536;
        var lockPage = LockPage.Of(PageSize);
        using (var output = RestoreOutput.Create(new(_target.Path, MayReplace: false, MayBeOpen: false), PageSize, lockPage + pagesBehind))
        {
            output.Write(0, lockPage - 1, Enumerable.Repeat((byte)1, PageSize).ToArray());
            if (pagesBehind > 0)
                output.Write(0, lockPage + 1, Enumerable.Repeat((byte)2, PageSize).ToArray());
            output.Publish(History.Start, NullLogger.Instance);
        }
        using var file = File.OpenHandle(_target.Path);
        Assert.Equal((lockPage + pagesBehind) * (long)PageSize, RandomAccess.GetLength(file));
        var bytes = new byte[(2 + pagesBehind) * PageSize];
        Assert.Equal(bytes.Length, RandomAccess.Read(file, bytes, (lockPage - 2L) * PageSize));
        Assert.Equal(pagesBehind == 0 ? [1, 0] : [1, 0, 2], bytes.Chunk(PageSize).Select(page => (int)Assert.Single(page.Distinct())));
    }

    [Fact]
    public async Task A_directory_is_not_an_output()
    {
        Directory.CreateDirectory(_target.Path);
        await _target.Refuses(_history.Storage, _target.Options with { Force = true });
    }

    [Fact]
    public async Task A_pipe_or_device_is_not_an_output_and_stays()
    {
        using var process = System.Diagnostics.Process.Start("mkfifo", [_target.Path]);
        await process.WaitForExitAsync();
        foreach (var force in (bool[])[false, true])
        {
            Assert.Contains("a pipe", (await _target.Refuses(_history.Storage, _target.Options with { Force = force })).Message, StringComparison.Ordinal);
            Assert.Contains("a device", (await _target.Refuses(_history.Storage, _target.Options with { OutputPath = "/dev/null", Force = force })).Message, StringComparison.Ordinal);
        }
        Assert.Equal(["restored.db"], _target.Files);
    }

    [Fact]
    public async Task What_is_no_file_of_ours_in_the_place_of_the_part_stays()
    {
        Directory.CreateDirectory(_target.Path + ".part");
        var error = await _target.Refuses(_history.Storage);
        Assert.Contains("restored.db.part is in the way", error.Message, StringComparison.Ordinal);
        Assert.True(Directory.Exists(_target.Path + ".part"));
        Directory.Delete(_target.Path + ".part");
        File.CreateSymbolicLink(_target.Path + ".part", "/nowhere/at/all");
        await _target.Refuses(_history.Storage);
    }

    [Fact]
    public async Task A_folder_in_the_place_of_a_WAL_is_refused()
    {
        Directory.CreateDirectory(_target.Path + "-wal");
        Assert.Contains("restored.db-wal is no file", (await _target.Refuses(_history.Storage)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_symbolic_link_stays_one_and_what_it_leads_to_is_written()
    {
        var (real, link) = (_target.Path, _target.Path + ".link");
        File.CreateSymbolicLink(link, "restored.db");
        await RestoreTarget.Restore(_history.Storage, _target.Options with { OutputPath = link });
        Assert.Equal(_history.StateAt(_history.Newest.Value), await File.ReadAllBytesAsync(real));
        await _target.Refuses(_history.Storage, _target.Options with { OutputPath = link });
        await File.WriteAllTextAsync(real + "-wal", "of the old one");
        await RestoreTarget.Restore(_history.Storage, _target.Options with { OutputPath = link, Force = true });
        Assert.NotNull(new FileInfo(link).LinkTarget);
        Assert.Equal(["restored.db", "restored.db.link"], _target.Files);

        var loop = _target.Path + ".loop";
        File.CreateSymbolicLink(loop, loop);
        Assert.Contains("leads nowhere", (await _target.Refuses(_history.Storage, _target.Options with { OutputPath = loop })).Message, StringComparison.Ordinal);
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public async Task Who_could_not_read_the_file_that_is_replaced_cannot_read_the_new_one()
    {
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await File.WriteAllTextAsync(_target.Path, "secret");
        File.SetUnixFileMode(_target.Path, Private);
        UnixFileMode? meanwhile = null;
        var storage = new MeddlingStorage(_history.Storage, atRead: 3, () => meanwhile = File.Exists(_target.Path + ".part") ? File.GetUnixFileMode(_target.Path + ".part") : null);
        await RestoreTarget.Restore(storage, _target.Options with { Force = true });
        Assert.Equal(Private, File.GetUnixFileMode(_target.Path));
        Assert.True(meanwhile is null or Private, $"{meanwhile}");
    }

    [Fact]
    public async Task A_database_that_an_application_has_open_is_not_replaced_even_by_force()
    {
        await RestoreTarget.Restore(_history.Storage, _target.Options);
        using (var application = new Application(_target.Path))
        {
            application.Sql("PRAGMA journal_mode=WAL");
            application.Sql("SELECT count(*) FROM t");
            var error = await Assert.ThrowsAsync<LitestreamException>(() => RestoreTarget.Restore(_history.Storage, _target.Options with { Force = true }));
            Assert.Contains("another program has this database open", error.Message, StringComparison.Ordinal);
            application.Sql("INSERT INTO t(v) VALUES (1)");
        }
        await RestoreTarget.Restore(_history.Storage, _target.Options with { Force = true });
        Assert.Equal(_history.StateAt(_history.Newest.Value), _target.Bytes);
    }

    [Fact]
    public async Task Of_two_restores_to_one_place_one_is_refused_or_finds_the_others_file()
    {
        for (var round = 0; round < 20; round++)
        {
            using var target = new RestoreTarget();
            using var start = new Barrier(2);
            var results = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    return Record.Exception(() => RestoreTarget.Restore(_history.Storage, target.Options).GetAwaiter().GetResult());
                },
                TaskCreationOptions.LongRunning)));
            Assert.Single(results, e => e is null);
            Assert.IsType<LitestreamException>(Assert.Single(results, e => e is not null));
            Assert.Equal(_history.StateAt(_history.Newest.Value), target.Bytes);
            Assert.Equal(["restored.db"], target.Files);
        }
    }

    [Fact]
    public async Task The_folder_of_the_output_is_made()
    {
        var path = Path.Join(Path.GetDirectoryName(_target.Path), "new", "folder", "x.db");
        await RestoreTarget.Restore(_history.Storage, _target.Options with { OutputPath = path });
        Assert.Equal(_history.StateAt(_history.Newest.Value), await File.ReadAllBytesAsync(path));
    }

    [Fact]
    public async Task A_planned_file_that_retention_deletes_meanwhile_is_planned_around()
    {
        // Compaction merges the L0 files, retention deletes them, while the restore has them in its plan.
        var storage = new MeddlingStorage(_history.Storage, atRead: 1, () =>
        {
            _history.Publish(1, 2, 7);
            for (ulong txid = 2; txid <= 7; txid++)
                _history.Delete(0, txid, txid);
        });
        var result = await RestoreTarget.Restore(storage, _target.Options with { Parallelism = 1 });
        Assert.Equal((_history.Newest, 2), (result.Txid, result.FileCount));
        Assert.Equal(_history.StateAt(7), _target.Bytes);
        Assert.Equal(["restored.db"], _target.Files);
    }

    [Fact]
    public async Task A_replica_that_keeps_listing_what_is_not_there_is_given_up()
    {
        // A name without a file: a listing shows it, a read does not find it.
        _history.Delete(0, 7, 7);
        File.CreateSymbolicLink(_history.PathOf(0, 7, 7), "/nowhere/at/all");
        var listings = 0;
        var storage = new MeddlingStorage(_history.Storage, atRead: int.MaxValue, () => { }, () => listings++);
        var error = await Assert.ThrowsAsync<StorageException>(() => RestoreTarget.Restore(storage, _target.Options));
        Assert.True(error.IsMissing);
        Assert.Equal(5, listings);
        Assert.Empty(_target.Files);
    }

    public void Dispose()
    {
        _history.Dispose();
        _target.Dispose();
    }
}
