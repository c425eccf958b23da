using System.Globalization;
using System.Text;

namespace Litestream.Agent.Api;

/// <summary>Writes Prometheus' text format: every metric introduced once, its samples together.</summary>
internal sealed class MetricsText
{
    private readonly StringBuilder _text = new(16 * 1024);

    public MetricsText Gauge(string name, string help) => Begin(name, "gauge", help);

    public MetricsText Counter(string name, string help) => Begin(name, "counter", help);

    public void Sample(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        _text.Append(name);
        var isFirst = true;
        foreach (var (label, text) in labels)
        {
            // To Prometheus a label without a value is none.
            if (text.Length == 0)
                continue;
            _text.Append(isFirst ? '{' : ',').Append(label).Append("=\"");
            AppendEscaped(text);
            _text.Append('"');
            isFirst = false;
        }
        if (!isFirst)
            _text.Append('}');
        _text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    public override string ToString() => _text.ToString();

    private MetricsText Begin(string name, string type, string help)
    {
        _text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        return this;
    }

    /// <summary>A path may contain anything.</summary>
    private void AppendEscaped(string value)
    {
        foreach (var c in value)
        {
            _ = c switch
            {
                '\\' => _text.Append(@"\\"),
                '"' => _text.Append("\\\""),
                '\n' => _text.Append("\\n"),
                _ => _text.Append(c),
            };
        }
    }
}
