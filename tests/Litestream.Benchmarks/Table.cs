using System.Globalization;

namespace Litestream.Benchmarks;

/// <summary>The result as a Markdown table.</summary>
internal static class Table
{
    public static void Print(IReadOnlyList<Row> rows)
    {
        Console.WriteLine();
        Console.WriteLine("| work | goal | measured | |");
        Console.WriteLine("|---|---:|---:|---|");
        foreach (var row in rows)
            Console.WriteLine($"| {row.Work} | {(row.Goal is { } goal ? $"{Number(goal)} {row.Unit}" : "")} | {Number(row.Measured)} {row.Unit} | "
                + $"{row.IsMet switch { true => "met", false => "**missed**", null => "" }}{(row.Note.Length > 0 ? " " + row.Note : "")} |");
    }

    private static string Number(double value) => value.ToString(Math.Abs(value) switch { >= 100 => "0", >= 10 => "0.0", >= 1 => "0.00", _ => "0.000" }, CultureInfo.InvariantCulture);
}
