using Litestream.Core.Tests.Storage;
using Litestream.Ltx;
using Litestream.Replication;
using Litestream.Sqlite;

namespace Litestream.Core.Tests.Replication;

public sealed class BooksTests
{
    private static readonly DateTimeOffset Time = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_entry_is_read_back_as_it_was_written()
    {
        using var folder = new ScratchFolder();
        var entry = new BookEntry
        {
            Name = "a",
            Path = "/data/a.db",
            CreatedAt = Time,
            IsPausedByUser = true,
            SwitchedInode = ulong.MaxValue,
            Epoch = uint.MaxValue,
            Captured = new(77),
            PostSum = ulong.MaxValue - 5,
            PageSize = 65536,
            PageCount = uint.MaxValue,
            Position = new(new(uint.MaxValue, 1), uint.MaxValue - 1, new(2, uint.MaxValue)),
            Resting = new(new FileStat(3, ulong.MaxValue, 5, 6, 7, 0, 0, 0), ulong.MaxValue, new(uint.MaxValue, 9)),
            LastProofAt = Time.AddMinutes(2),
        };
        var there = new ReplicaEntry(new(76), Time.AddMinutes(1), Time.AddMinutes(3), new(2026, 11, 20));
        using (var books = Open(folder))
        {
            books.Save(entry);
            books.Of("file:///r").Save("a", there);
        }
        using (var books = Open(folder))
        {
            Assert.Equal(entry, Assert.Single(books.LoadAll()));
            Assert.Equal([new("a", there)], books.Of("file:///r").LoadAll());
        }
    }

    [Fact]
    public void Another_replica_starts_afresh_under_the_same_instance()
    {
        using var folder = new ScratchFolder();
        uint instance;
        using (var books = Open(folder))
        {
            instance = books.Instance;
            books.Of("file:///one").Confirm("a", new(new(5), Time, null, null), new(0, new(5), new(5), 100, Time));
        }
        using (var books = Open(folder))
        {
            Assert.Equal(instance, books.Instance);
            Assert.Empty(books.Of("file:///two").LoadAll());
            Assert.Empty(books.Of("file:///two").Files("a", 0));
            Assert.Single(books.Of("file:///one").Files("a", 0));
        }
    }

    [Fact]
    public void Files_are_listed_in_order_and_removed_one_by_one()
    {
        using var folder = new ScratchFolder();
        using var all = Open(folder);
        var books = all.Of("file:///r");
        LtxFile[] files = [new(1, new(1), new(1), 10, Time), new(1, new(2), new(9), 20, Time), new(1, new(10), new(11), 30, Time)];
        foreach (var file in files.Reverse())
            books.AddFile("a", file);
        books.AddFile("b", files[0]);
        Assert.Equal(files, books.Files("a", 1));
        books.RemoveFiles("a", [files[1]]);
        Assert.Equal([files[0], files[2]], books.Files("a", 1));
        books.ReplaceFiles("a", [files[1], files[0] with { Level = 0 }]);
        Assert.Equal([files[1]], books.Files("a", 1));
        Assert.Equal([files[0] with { Level = 0 }, files[1]], books.AllFiles("a"));
        Assert.Equal([files[0]], books.Files("b", 1));
    }

    [Fact]
    public void Damaged_books_are_set_aside_and_begun_anew()
    {
        using var folder = new ScratchFolder();
        File.WriteAllBytes(folder["books.db"], new byte[5000]);
        SqliteForTests.Choose();
        using var books = Books.Open(folder["books.db"], out var setAside);
        Assert.Empty(books.LoadAll());
        Assert.True(File.Exists(setAside!.Path));
        Assert.Contains("damaged", setAside.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Books_of_another_layout_are_not_called_damaged()
    {
        using var folder = new ScratchFolder();
        Open(folder).Dispose();
        ReplicatedFolder.Scalar(folder["books.db"], "PRAGMA user_version = 99");
        using var books = Books.Open(folder["books.db"], out var setAside);
        Assert.Empty(books.LoadAll());
        Assert.Equal("have layout 99, and this program writes layout 4", setAside!.Why);
        Assert.True(File.Exists(setAside.Path));
        Assert.DoesNotContain("damaged", setAside.Path, StringComparison.Ordinal);
    }

    private static Books Open(ScratchFolder folder)
    {
        SqliteForTests.Choose();
        var books = Books.Open(folder["books.db"], out var setAside);
        Assert.Null(setAside);
        return books;
    }
}
