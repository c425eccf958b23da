using System.Collections.Concurrent;
using Litestream.Agent.Watching;

namespace Litestream.Agent.Tests.Watching;

public sealed class InotifyTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly Inotify _events;
    private readonly Thread _reader;
    private readonly ConcurrentQueue<(int Watch, uint Mask, string Name)> _seen = new();

    public InotifyTests()
    {
        _events = Inotify.TryOpen(out var problem) ?? throw new InvalidOperationException(problem);
        _reader = new(() => _events.Run((watch, mask, name) => _seen.Enqueue((watch, mask, name.ToString()))));
        _reader.Start();
    }

    public void Dispose()
    {
        _events.Stop();
        _reader.Join();
        _events.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Tells_creation_writing_renaming_and_deletion_by_name()
    {
        var watch = _events.Add(_folder.Path, out _);
        File.WriteAllText(_folder["a.db"], "x");
        await Seen(watch, Inotify.Created, "a.db");
        await Seen(watch, Inotify.Modified, "a.db");
        File.Move(_folder["a.db"], _folder["b.db"]);
        await Seen(watch, Inotify.MovedFrom, "a.db");
        await Seen(watch, Inotify.MovedTo, "b.db");
        File.Delete(_folder["b.db"]);
        await Seen(watch, Inotify.Deleted, "b.db");
    }

    [Fact]
    public async Task Names_that_are_no_ascii_come_through()
    {
        var watch = _events.Add(_folder.Path, out _);
        File.WriteAllText(_folder["für Ärzte 🐟.db"], "");
        await Seen(watch, Inotify.Created, "für Ärzte 🐟.db");
    }

    [Fact]
    public async Task One_descriptor_serves_many_directories()
    {
        var watches = Enumerable.Range(0, 50).Select(i => _events.Add(_folder.Folder($"d{i}"), out _)).ToList();
        Assert.Equal(50, watches.Distinct().Count());
        for (var i = 0; i < 50; i++)
            File.WriteAllText(_folder[$"d{i}/file{i}"], "");
        for (var i = 0; i < 50; i++)
            await Seen(watches[i], Inotify.Created, $"file{i}");
    }

    [Fact]
    public async Task A_deleted_directory_says_so()
    {
        var watch = _events.Add(_folder.Folder("gone"), out _);
        Directory.Delete(_folder["gone"]);
        await Seen(watch, Inotify.Ignored, "");
    }

    [Fact]
    public void A_directory_that_does_not_exist_cannot_be_watched_and_it_says_why()
    {
        Assert.True(_events.Add(_folder["nowhere"], out var problem) < 0);
        Assert.NotEmpty(problem!);
    }

    private Task Seen(int watch, uint mask, string name) =>
        Eventually.Becomes(() => _seen.Any(e => e.Watch == watch && (e.Mask & mask) != 0 && e.Name == name), $"event {mask:x} of \"{name}\"; seen: {string.Join(", ", _seen)}");
}
