using System.Globalization;

namespace Litestream.EndToEnd.Histories;

/// <summary>The commits that SQLite acknowledged to the writers, as far as they could note it before they died.</summary>
internal sealed class Acknowledgements(string folder)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Position> _newest = [];
    private readonly Dictionary<string, (FileStream Stream, string Unfinished)> _files = [];

    private int _writers;

    /// <summary>Commits that were noted, as of the last look.</summary>
    public long Count { get; private set; }

    /// <summary>A file for another writer process.</summary>
    public string NewFile() => Path.Combine(folder, $"{_writers++}.acks");

    /// <summary>The newest commit of a tenant that was acknowledged before this call.</summary>
    public Position? Newest(string tenant)
    {
        lock (_lock)
        {
            foreach (var path in Directory.GetFiles(folder, "*.acks"))
                ReadOn(path);
            return _newest.TryGetValue(tenant, out var position) ? position : null;
        }
    }

    public void Close()
    {
        lock (_lock)
        {
            foreach (var (stream, _) in _files.Values)
                stream.Dispose();
            _files.Clear();
        }
    }

    private void ReadOn(string path)
    {
        var (stream, rest) = _files.TryGetValue(path, out var known) ? known : (new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), "");
        var bytes = new byte[stream.Length - stream.Position];
        stream.ReadExactly(bytes);
        var text = rest + System.Text.Encoding.ASCII.GetString(bytes);
        var end = text.LastIndexOf('\n') + 1;
        foreach (var line in text[..end].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Count++;
            var fields = line.Split(' ');
            var position = new Position(int.Parse(fields[1], CultureInfo.InvariantCulture), long.Parse(fields[2], CultureInfo.InvariantCulture));
            _newest[fields[0]] = _newest.TryGetValue(fields[0], out var newest) ? Position.Later(newest, position) : position;
        }

        _files[path] = (stream, text[end..]);
    }
}
