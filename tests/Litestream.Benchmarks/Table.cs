using System.Globalization;

namespace Litestream.Benchmarks;

/// <summary>The result as Markdown tables, one for each measurement, beside what was kept of the last run.</summary>
internal static class Table
{
    private const string Heading = "| work | goal | measured | last | | |";

    public static string Of(IEnumerable<(string Title, IReadOnlyList<Row> Rows)> measurements, IReadOnlyDictionary<string, double> last)
    {
        var text = new System.Text.StringBuilder();
        foreach (var (title, rows) in measurements)
        {
            text.Append(CultureInfo.InvariantCulture, $"### {title}\n\n{Heading}\n|---|---:|---:|---:|---|---|\n");
            foreach (var row in rows)
                text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Work} | {(row.Goal is { } goal ? (row.IsRate ? "≥ " : "≤ ") + With(goal, row.Unit) : "")} | {With(row.Measured, row.Unit)} | "
                    + $"{(last.TryGetValue(row.Work, out var before) ? With(before, row.Unit) : "")} | {row.IsMet switch { true => "met", false => "**missed**", null => "" }} | {row.Note} |");
            text.Append('\n');
        }
        return text.ToString();
    }

    /// <summary>What such tables say was measured, by work.</summary>
    public static IReadOnlyDictionary<string, double> Read(IEnumerable<string> lines)
    {
        var measured = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            if (line.Split('|') is ["", var work, _, var value, ..] && double.TryParse(value.Trim().Split(' ')[0], CultureInfo.InvariantCulture, out var number))
                measured[work.Trim()] = number;
        }
        return measured;
    }

    private static string With(double value, string unit) =>
        value.ToString(Math.Abs(value) switch { 0 or >= 100 => "0", >= 10 => "0.0", >= 1 => "0.00", _ => "0.000" }, CultureInfo.InvariantCulture) + (unit.Length > 0 ? " " + unit : "");
}
