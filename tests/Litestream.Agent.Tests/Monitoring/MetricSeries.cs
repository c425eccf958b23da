using System.Globalization;
using System.Text.RegularExpressions;

namespace Litestream.Agent.Tests.Monitoring;

/// <summary>One line of an agent's <c>/metrics</c>.</summary>
/// <param name="Type"><c>gauge</c> or <c>counter</c>, as the line before it says.</param>
internal sealed partial record MetricSeries(string Name, string Type, IReadOnlyDictionary<string, string> Labels, double Value)
{
    /// <summary>Reads all of them; whatever is not in Prometheus' text format fails the test.</summary>
    public static IReadOnlyList<MetricSeries> Read(string metrics)
    {
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        var series = new List<MetricSeries>();
        foreach (var line in metrics.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
                types.Add(line.Split(' ')[2], line.Split(' ')[3]);
            if (line.StartsWith('#'))
                continue;
            var sample = SamplePattern().Match(line);
            Assert.True(sample.Success, $"no sample: {line}");
            var labels = LabelPattern().Matches(sample.Groups["labels"].Value)
                .ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value.Replace("\\\"", "\"", StringComparison.Ordinal).Replace(@"\\", @"\", StringComparison.Ordinal));
            var name = sample.Groups["name"].Value;
            Assert.True(types.ContainsKey(name), $"{name} has no # TYPE before it");
            series.Add(new(name, types[name], labels, double.Parse(sample.Groups["value"].Value, CultureInfo.InvariantCulture)));
        }
        Assert.Equal(series.Count, series.Select(s => s.Identity).Distinct().Count());
        return series;
    }

    private string Identity => Name + string.Concat(Labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $" {l.Key}={l.Value}"));

    [GeneratedRegex("""^(?<name>[a-z_]+)(\{(?<labels>([a-z_]+="([^"\\]|\\.)*",?)+)\})? (?<value>\S+)$""")]
    private static partial Regex SamplePattern();

    [GeneratedRegex("""([a-z_]+)="((?:[^"\\]|\\.)*)"(?:,|$)""")]
    private static partial Regex LabelPattern();
}
