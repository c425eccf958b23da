using System.Text.Json;
using System.Text.RegularExpressions;
using Litestream.Agent.Configuration.ConfigFile;

namespace Litestream.Agent.Tests.Monitoring;

/// <summary><c>docs/grafana.json</c> and <c>docs/alerts.yml</c> against what an agent in trouble really serves.</summary>
public sealed partial class MonitoringFilesTests(TroubledAgent agent) : IClassFixture<TroubledAgent>
{
    [Fact]
    public void Every_alert_asks_for_what_an_agent_serves_and_says_whom_it_is_about_and_what_to_do()
    {
        var rules = Rules();
        Assert.True(rules.Count > 10);
        Assert.Equal(rules.Count, rules.Select(r => r["alert"]).Distinct().Count());
        Report(rules, r => r["alert"], rule =>
        {
            var labels = PromQuery.LabelsOf(rule["expr"], agent.Served);
            var said = rule["summary"] + rule["description"];
            Assert.Contains(rule["severity"], (string[])["critical", "warning", "info"]);
            Assert.Empty(LabelPattern().Matches(said).Select(m => m.Groups[1].Value).Except(labels));
            // Whoever reads only the summary must know where to go.
            foreach (var label in labels.Intersect(["instance", "tenant"]))
                Assert.Contains($"$labels.{label}", rule["summary"], StringComparison.Ordinal);
            Assert.InRange(rule["description"].Length, 80, 600);
        });
    }

    [Fact]
    public void Every_panel_asks_for_what_an_agent_serves_with_a_unit_a_legend_and_a_description()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Docs("grafana.json")));
        Assert.Equal("litestream-fleet", dashboard.RootElement.GetProperty("uid").GetString());
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().Where(p => Text(p, "type") != "row").ToList();
        Assert.True(panels.Count > 15);
        Assert.Equal(panels.Count, panels.Select(p => p.GetProperty("id").GetInt32()).Distinct().Count());
        Report(panels, p => Text(p, "title"), panel =>
        {
            Assert.True(Text(panel, "description").Length > 30, "no description");
            Assert.NotEmpty(Text(panel.GetProperty("fieldConfig").GetProperty("defaults"), "unit"));
            Assert.Equal("${datasource}", Text(panel.GetProperty("datasource"), "uid"));
            foreach (var target in panel.GetProperty("targets").EnumerateArray())
            {
                var labels = PromQuery.LabelsOf(Text(target, "expr"), agent.Served);
                Assert.Contains("job=~\"$job\"", Text(target, "expr"), StringComparison.Ordinal);
                Assert.Empty(LegendPattern().Matches(Text(target, "legendFormat")).Select(m => m.Groups[1].Value).Except(labels));
                Assert.True(Text(target, "legendFormat").Length > 0 || Text(target, "format") == "table", "no legend");
            }
        });
    }

    [Fact]
    public void Its_variables_are_the_data_source_and_the_job_and_no_panel_lies_on_another()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Docs("grafana.json")));
        var variables = dashboard.RootElement.GetProperty("templating").GetProperty("list").EnumerateArray().ToDictionary(v => Text(v, "name"));
        Assert.Equal(["datasource", "job"], variables.Keys.Order());
        var query = VariablePattern().Match(Text(variables["job"].GetProperty("query"), "query"));
        Assert.Contains(query.Groups["label"].Value, PromQuery.LabelsOf(query.Groups["metric"].Value, agent.Served));
        var taken = new Dictionary<(int, int), string>();
        foreach (var panel in dashboard.RootElement.GetProperty("panels").EnumerateArray())
        {
            var at = panel.GetProperty("gridPos");
            for (var x = at.GetProperty("x").GetInt32(); x < at.GetProperty("x").GetInt32() + at.GetProperty("w").GetInt32(); x++)
            {
                for (var y = at.GetProperty("y").GetInt32(); y < at.GetProperty("y").GetInt32() + at.GetProperty("h").GetInt32(); y++)
                    Assert.True(x < 24 && taken.TryAdd((x, y), Text(panel, "title")), $"{Text(panel, "title")} lies on {taken.GetValueOrDefault((x, y), "the margin")}");
            }
        }
    }

    private static List<Dictionary<string, string>> Rules()
    {
        var problems = new ConfigurationProblems("docs/alerts.yml");
        var file = YamlDocument.Read(File.ReadAllText(Docs("alerts.yml")), problems);
        problems.ThrowIfAny();
        var rules = Value(Value(file!, "groups")!.Items.Single(), "rules")!.Items;
        return rules.ConvertAll(rule => Flat(rule).ToDictionary(e => e.Key, e => e.Value));
    }

    /// <summary>Names are told apart in a rule, wherever they stand.</summary>
    private static IEnumerable<(string Key, string Value)> Flat(YamlNode rule) =>
        rule.Entries.SelectMany(e => e.Value.Kind == YamlKind.Mapping ? Flat(e.Value) : [(e.Key.Text, e.Value.Text)]);

    private static YamlNode? Value(YamlNode mapping, string key) => mapping.Entries.Find(e => e.Key.Text == key).Value;

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    /// <summary>All that is wrong, each with the name of its alert or panel.</summary>
    private static void Report<T>(IEnumerable<T> all, Func<T, string> nameOf, Action<T> check)
    {
        var broken = new List<string>();
        foreach (var one in all)
        {
            try
            {
                check(one);
            }
            catch (Exception e) when (e is PromQueryException or Xunit.Sdk.XunitException or KeyNotFoundException)
            {
                broken.Add($"{nameOf(one)}: {e.Message}");
            }
        }
        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    private static string Docs(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Litestream.sln")))
                return Path.Combine(folder.FullName, "docs", name);
        }
        throw new InvalidOperationException($"no Litestream.sln above {AppContext.BaseDirectory}");
    }

    [GeneratedRegex(@"\$labels\.(\w+)")]
    private static partial Regex LabelPattern();

    [GeneratedRegex(@"\{\{\s*(\w+)\s*\}\}")]
    private static partial Regex LegendPattern();

    [GeneratedRegex(@"^label_values\((?<metric>\w+), (?<label>\w+)\)$")]
    private static partial Regex VariablePattern();
}
