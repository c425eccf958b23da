using System.Globalization;
using System.Runtime.InteropServices;
using Litestream.EndToEnd.Programs;

namespace Litestream.Benchmarks;

/// <summary><c>docs/bench.md</c>: what the last whole run measured, between two marks; what is written around them stays.</summary>
internal static class KeptReport
{
    private const string Begin = "<!-- measured: make bench -->";
    private const string End = "<!-- end of what was measured -->";

    private static readonly string Path = System.IO.Path.Combine(Repository.Root, "docs", "bench.md");

    public static IReadOnlyDictionary<string, double> Last() => File.Exists(Path) ? Table.Read(Measured(File.ReadAllText(Path)).Split('\n')) : new Dictionary<string, double>();

    public static void Write(string tables, TimeSpan took)
    {
        var text = File.Exists(Path) ? File.ReadAllText(Path) : $"# Measured\n\n{Begin}\n{End}\n";
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin)
            throw new InvalidOperationException($"{Path} lacks its marks, \"{Begin}\" and behind it \"{End}\": put them back, or delete the file");
        File.WriteAllText(Path, $"{text[..(begin + Begin.Length)]}\n\n{Machine()} The run took {took.TotalMinutes:0} minutes and ended then.\n\n{tables}{text[end..]}");
    }

    /// <summary>On what, and when.</summary>
    public static string Machine()
    {
        var memory = double.Parse(File.ReadLines("/proc/meminfo").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / (1L << 30);
        var processor = File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor";
        return string.Create(CultureInfo.InvariantCulture,
            $"{DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC; {Environment.ProcessorCount} cores ({processor}), {memory:0} GiB, Linux {Environment.OSVersion.Version}, {RuntimeInformation.OSArchitecture}.");
    }

    private static string Measured(string text)
    {
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        return begin < 0 || end < begin ? "" : text[begin..end];
    }
}
