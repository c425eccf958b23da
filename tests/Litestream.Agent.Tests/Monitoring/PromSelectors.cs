using System.Text.RegularExpressions;

namespace Litestream.Agent.Tests.Monitoring;

/// <summary>What a selector finds among the series of an agent, to which Prometheus adds the target's <c>job</c> and <c>instance</c>.</summary>
internal sealed class PromSelectors
{
    private static readonly Dictionary<string, string> Target = new(StringComparer.Ordinal) { ["job"] = "litestream", ["instance"] = "host:9090" };

    private readonly ILookup<string, MetricSeries> _byName;

    public PromSelectors(IEnumerable<MetricSeries> served)
    {
        var targeted = served.Select(s => s with { Labels = s.Labels.Concat(Target).ToDictionary(l => l.Key, l => l.Value, StringComparer.Ordinal) });
        // The one series that Prometheus makes itself.
        _byName = targeted.Append(new("up", "gauge", Target, 1)).ToLookup(s => s.Name, StringComparer.Ordinal);
    }

    /// <summary>Throws when no series has the name, the labels, or the values. What is chosen on the dashboard ($…) can be anything.</summary>
    public PromValue Select(string name, List<(string Label, string Operation, string Value)> matchers)
    {
        var series = _byName[name].ToList();
        if (series.Count == 0)
            throw new PromQueryException($"no agent has a metric {name}");
        foreach (var (label, operation, value) in matchers)
        {
            if (!series.Exists(s => s.Labels.ContainsKey(label)))
                throw new PromQueryException($"{name} has no label {label}");
            if (!value.Contains('$', StringComparison.Ordinal))
                series = [.. series.Where(s => IsMatch(s.Labels.GetValueOrDefault(label, ""), operation, value))];
            if (series.Count == 0)
                throw new PromQueryException($"{name} never has {label}{operation}\"{value}\"");
        }
        return new(series.SelectMany(s => s.Labels.Keys).ToHashSet(StringComparer.Ordinal), IsCounter: series[0].Type == "counter");
    }

    private static bool IsMatch(string actual, string operation, string value) => operation switch
    {
        "=" => actual == value,
        "!=" => actual != value,
        "=~" => Regex.IsMatch(actual, $"^(?:{value})$"),
        "!~" => !Regex.IsMatch(actual, $"^(?:{value})$"),
        _ => throw new PromQueryException($"{operation} compares no labels"),
    };
}
