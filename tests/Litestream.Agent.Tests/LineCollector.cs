namespace Litestream.Agent.Tests;

/// <summary>The lines of a log as they come.</summary>
internal sealed class LineCollector : StringWriter
{
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines { get { lock (_lines) return [.. _lines]; } }

    public bool Has(string ending) => Lines.Any(line => line.EndsWith(ending, StringComparison.Ordinal));

    public override void WriteLine(string? value)
    {
        lock (_lines)
            _lines.Add(value!);
    }
}
