using System.Globalization;
using Litestream.Http;
using Litestream.Storage;

namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>
/// One mapping of the file, read by its keys. Every key is judged when it is opened; a value when it is asked for. What is wrong is noted and null
/// answered, as for what is not there: reading goes on, so that one run shows all mistakes.
/// </summary>
internal sealed class MappingReader
{
    private const string MergeKey = "<<";

    private readonly ReaderContext _context;
    private readonly Dictionary<string, (Position At, YamlNode Value)> _values = new(StringComparer.Ordinal);

    private MappingReader(YamlNode mapping, ReaderContext context)
    {
        (_context, At) = (context, mapping.At);
        Take(mapping, mayMerge: true);
    }

    public Position At { get; }

    public IEnumerable<string> Keys => _values.Keys;

    /// <summary>Null when it is no mapping.</summary>
    public static MappingReader? Open(YamlNode node, KeyTable table, ReaderContext context)
    {
        if (node.Kind != YamlKind.Mapping)
        {
            context.Problems.Add(node.At, $"{table.What} is a mapping of keys to values, not {node.Shown}", $"its keys are {string.Join(", ", table.Keys.Take(6))}{(table.Keys.Count > 6 ? ", …" : "")}");
            return null;
        }
        var reader = new MappingReader(node, context);
        reader.Judge(table);
        return reader;
    }

    /// <summary>True for a key with a value.</summary>
    public bool Has(string key) => _values.TryGetValue(key, out var entry) && !entry.Value.IsEmpty;

    /// <summary>Of the key itself; the mapping's where it is not there.</summary>
    public Position PositionOf(string key) => _values.TryGetValue(key, out var entry) ? entry.At : At;

    public YamlNode? Node(string key) => Has(key) ? _values[key].Value : null;

    public Located<string>? Text(string key)
    {
        if (Scalar(key) is not { } node)
            return null;
        var text = _context.Expansion.Expand(node);
        return text.Length > 0 ? new(text, node.At) : null;
    }

    /// <summary>A path or URL, which may be dated.</summary>
    public Located<DatedText>? Path(string key)
    {
        if (Scalar(key) is not { } node)
            return null;
        var text = _context.Expansion.ExpandPath(node);
        if (text.ToString() is { Length: > 0 } whole && !whole.Any(char.IsControl))
            return new(text, node.At);
        if (text.ToString().Length == 0)
            Wrong(node, $"{key} is empty");
        else
            Wrong(node, $"{key} has a control character in it", "a line end at the end of a variable is one");
        return null;
    }

    public Located<TimeSpan>? Duration(string key, TimeSpan least, TimeSpan? most = null)
    {
        if (Text(key) is not { } text)
            return null;
        if (!DurationText.TryParse(text.Value, out var duration))
            return Wrong<TimeSpan>(text, $"{key}: \"{text.Value}\" is no duration", "write it with its unit: 100ms, 1s, 5m, 1h, 7d");
        if (duration < least)
            return Wrong<TimeSpan>(text, $"{key}: {text.Value} is too short; the least is {DurationText.Format(least)}");
        return duration > most
            ? Wrong<TimeSpan>(text, $"{key}: {text.Value} is too long; the most is {DurationText.Format(most.Value)}")
            : new(duration, text.At);
    }

    public Located<long>? Size(string key, long least)
    {
        if (Text(key) is not { } text)
            return null;
        if (!SizeText.TryParse(text.Value, out var bytes))
            return Wrong<long>(text, $"{key}: \"{text.Value}\" is no size", "write it with its unit: 64MB, 1GB");
        return bytes < least ? Wrong<long>(text, $"{key}: {text.Value} is too small; the least is {SizeText.Format(least)}") : new(bytes, text.At);
    }

    public Located<int>? Number(string key, int least, int most)
    {
        if (Text(key) is not { } text)
            return null;
        return int.TryParse(text.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? new(number, text.At)
            : Wrong<int>(text, $"{key}: \"{text.Value}\" is no number from {least} to {most}");
    }

    public Located<bool>? Switch(string key)
    {
        if (Text(key) is not { } text)
            return null;
        return text.Value switch
        {
            "true" or "yes" or "on" => new(true, text.At),
            "false" or "no" or "off" => new(false, text.At),
            _ => Wrong<bool>(text, $"{key} is true or false, not \"{text.Value}\""),
        };
    }

    public Located<string>? OneOf(string key, params string[] words)
    {
        if (Text(key) is not { } text)
            return null;
        if (words.Contains(text.Value, StringComparer.Ordinal))
            return text;
        var near = NearestName.Find(text.Value, words);
        return Wrong<string>(text, $"{key}: \"{text.Value}\" is none of {string.Join(", ", words)}", near is null ? null : $"did you mean {near}?");
    }

    public MappingReader? Mapping(string key, KeyTable table) => Node(key) is { } node ? Open(node, table, _context) : null;

    /// <summary>Empty when it is not there.</summary>
    public IReadOnlyList<YamlNode> Sequence(string key)
    {
        if (Node(key) is not { } node)
            return [];
        if (node.Kind == YamlKind.Sequence)
            return node.Items;
        Wrong(node, $"{key} is a list, not {node.Shown}", "each of its items begins with a dash: - …");
        return [];
    }

    public void Wrong(YamlNode node, string message, string? hint = null) => _context.Problems.Add(node.At, message, hint);

    private Located<T>? Wrong<T>(Located<string> text, string message, string? hint = null)
    {
        _context.Problems.Add(text.At, message, hint);
        return null;
    }

    private YamlNode? Scalar(string key)
    {
        if (Node(key) is not { } node)
            return null;
        if (node.Kind == YamlKind.Scalar && !node.Text.Contains('\0', StringComparison.Ordinal))
            return node;
        Wrong(node, node.Kind == YamlKind.Scalar ? $"{key} has a zero byte in it" : $"{key} is one value, not {node.Shown}");
        return null;
    }

    /// <summary>What is said here wins over what is merged in, as YAML has it.</summary>
    private void Take(YamlNode mapping, bool mayMerge)
    {
        foreach (var (key, value) in mapping.Entries)
        {
            if (key.Text != MergeKey || key.IsQuoted)
                _values.TryAdd(key.Text, (key.At, value));
        }
        foreach (var (key, value) in mapping.Entries)
        {
            if (key.Text == MergeKey && !key.IsQuoted)
                Merge(key, value, mayMerge);
        }
    }

    private void Merge(YamlNode key, YamlNode value, bool mayMerge)
    {
        var sources = value.Kind == YamlKind.Sequence ? value.Items : [value];
        if (!mayMerge || sources.Exists(s => s.Kind != YamlKind.Mapping))
            _context.Problems.Add(key.At, "<< takes over the keys of another mapping, one level deep", "<<: *name, of a mapping that begins with &name");
        else
            sources.ForEach(source => Take(source, mayMerge: false));
    }

    private void Judge(KeyTable table)
    {
        foreach (var (key, (at, _)) in _values)
        {
            if (table.Keys.Contains(key, StringComparer.Ordinal) || (table.TakesNotes && key.StartsWith("x-", StringComparison.Ordinal)))
                continue;
            if (table.Idle.TryGetValue(key, out var why))
                _context.Warn(at, $"{key} has no effect: {why}");
            else if (table.Missing.TryGetValue(key, out var instead))
                _context.Problems.Add(at, $"{key} is not available here", instead);
            else
                _context.Problems.Add(at, $"{table.What} has no key \"{(key.Length <= 60 ? key : key[..60] + "…")}\"", Suggestion(key, table));
        }
    }

    private static string Suggestion(string key, KeyTable table) =>
        key.Length <= 100 && NearestName.Find(key, table.Keys) is { } near ? $"did you mean {near}?"
        : table.Keys.Count <= 8 ? $"its keys are {string.Join(", ", table.Keys)}"
        : $"its keys are {string.Join(", ", table.Keys.Take(8))}, …";
}
