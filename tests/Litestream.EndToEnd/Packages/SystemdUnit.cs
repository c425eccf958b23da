using System.Globalization;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Packages;

/// <summary>A unit or a drop-in of packaging/, as far as systemd.syntax is used there: a line each, the later of a key that is no list wins.</summary>
internal sealed class SystemdUnit
{
    private readonly List<(string Key, string Value)> _lines;

    private SystemdUnit(string path, List<(string Key, string Value)> lines) => (Path, _lines) = (path, lines);

    public string Path { get; }

    public static SystemdUnit Read(params string[] path)
    {
        var file = System.IO.Path.Combine([Repository.Root, "packaging", .. path]);
        return new(file, [.. File.ReadLines(file)
            .Where(line => line.Contains('=', StringComparison.Ordinal) && line[0] is not ('#' or ';' or '['))
            .Select(line => (line[..line.IndexOf('=', StringComparison.Ordinal)], line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..]))]);
    }

    public string this[string key] => _lines.FindLast(line => line.Key == key).Value ?? throw new KeyNotFoundException($"{Path} has no {key}=");

    /// <summary><c>120s</c></summary>
    public TimeSpan Seconds(string key) => TimeSpan.FromSeconds(int.Parse(this[key].TrimEnd('s'), CultureInfo.InvariantCulture));
}
