namespace Litestream.Agent.Commands;

/// <summary>A table for a terminal: columns as wide as they must be, two spaces apart, nothing after the last one.</summary>
internal sealed class TextTable(params string[] head)
{
    private readonly List<string[]> _rows = [head];

    /// <summary>Columns whose values stand at the right.</summary>
    public HashSet<int> Numbers { get; init; } = [];

    public void Add(params string[] cells) => _rows.Add([.. cells.Select(Printable)]);

    public void Write(TextWriter output)
    {
        var widths = Enumerable.Range(0, head.Length).Select(column => _rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in _rows)
            output.WriteLine(string.Join("  ", row.Select((cell, i) => Numbers.Contains(i) ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).TrimEnd());
    }

    /// <summary>A file name may carry escape sequences; a terminal would obey them.</summary>
    private static string Printable(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c)) : text;
}
