using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>
/// Reads text as one YAML document. Made for files that people write: size, depth and what aliases add up to are bounded, a key may be there once. Only
/// the parser's events are used: no reflection, and each carries its position.
/// </summary>
internal sealed class YamlDocument
{
    public const int MostCharacters = 1_000_000;
    public const int MostDepth = 20;
    public const int MostNodes = 20_000;

    private readonly Parser _parser;
    private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);
    private int _nodes;

    private YamlDocument(string text) => _parser = new(new Scanner(new StringReader(text), skipComments: true));

    /// <summary>Null when there is nothing in it, or when it is no YAML, which <paramref name="problems"/> say then.</summary>
    public static YamlNode? Read(string text, ConfigurationProblems problems)
    {
        if (text.Length > MostCharacters)
        {
            problems.Add(Position.Start, $"the file has {text.Length} characters, the most is {MostCharacters}");
            return null;
        }
        var document = new YamlDocument(text);
        try
        {
            return document.ReadDocument();
        }
        catch (YamlLimitException limit)
        {
            problems.Add(limit.At, limit.Message, limit.Hint);
        }
        catch (YamlException error)
        {
            // A tab is told where the mapping begins that it spoils.
            var at = error.Message.Contains("tab", StringComparison.Ordinal) ? FirstTab(text) : null;
            problems.Add(at ?? PositionOf(error.Start), $"this is no YAML: {Sentence(error)}", "indent with spaces, and quote values with special characters");
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // The scanner's own slips on broken input: there is no list of what it throws.
            problems.Add(document.Here, "this is no YAML from here on", "indent with spaces, and quote values with special characters");
        }
        return null;
    }

    private YamlNode? ReadDocument()
    {
        Expect<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _))
            return null;
        Expect<DocumentStart>();
        var root = ReadNode(depth: 0);
        Expect<DocumentEnd>();
        if (_parser.Accept<DocumentStart>(out var second))
            throw new YamlLimitException(PositionOf(second.Start), "a second document begins here", "one file is one document: remove the line ---");
        return root;
    }

    private YamlNode ReadNode(int depth)
    {
        if (depth > MostDepth)
            throw new YamlLimitException(Here, $"this is nested more than {MostDepth} deep", null);
        if (_parser.TryConsume<AnchorAlias>(out var alias))
            return ReadAlias(alias);
        if (!_parser.Accept<NodeEvent>(out var start))
            throw new YamlLimitException(Here, "a value is missing here", null);
        var node = ReadContent(depth, PositionOf(start.Start));
        Count(1, node.At);
        // Known from its end on: an anchor cannot contain itself.
        if (!start.Anchor.IsEmpty)
            _anchors[start.Anchor.Value] = node;
        return node;
    }

    private YamlNode ReadAlias(AnchorAlias alias)
    {
        var at = PositionOf(alias.Start);
        if (!_anchors.TryGetValue(alias.Value.Value, out var node))
            throw new YamlLimitException(at, $"*{alias.Value.Value} repeats nothing: no &{alias.Value.Value} is above it", null);
        Count(node.Size, at);
        return node;
    }

    private YamlNode ReadContent(int depth, Position at)
    {
        if (_parser.TryConsume<Scalar>(out var scalar))
            return new(YamlKind.Scalar, at, scalar.Value, scalar.Style is not ScalarStyle.Plain);
        if (_parser.TryConsume<SequenceStart>(out _))
            return ReadSequence(depth, at);
        Expect<MappingStart>();
        return ReadMapping(depth, at);
    }

    private YamlNode ReadSequence(int depth, Position at)
    {
        var sequence = new YamlNode(YamlKind.Sequence, at);
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            var item = ReadNode(depth + 1);
            sequence.Items.Add(item);
            sequence.Size += item.Size;
        }
        return sequence;
    }

    private YamlNode ReadMapping(int depth, Position at)
    {
        var mapping = new YamlNode(YamlKind.Mapping, at);
        var keys = new Dictionary<string, Position>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var keyAt = Here;
            var key = ReadNode(depth + 1);
            if (key.Kind != YamlKind.Scalar)
                throw new YamlLimitException(keyAt, $"{key.Shown} cannot be a key", "a value that begins with { [ * & or ! needs quotes");
            if (!keys.TryAdd(key.Text, keyAt))
                throw new YamlLimitException(keyAt, $"{key.Shown} is there twice, first in line {keys[key.Text].Line}", "remove one of the two");
            var value = ReadNode(depth + 1);
            mapping.Entries.Add((key, value));
            mapping.Size += key.Size + value.Size;
        }
        return mapping;
    }

    private Position Here => PositionOf(_parser.Current?.Start ?? Mark.Empty);

    private void Count(int nodes, Position at)
    {
        _nodes += nodes;
        if (_nodes > MostNodes)
            throw new YamlLimitException(at, $"the file comes to more than {MostNodes} values here, everything repeated by aliases counted", null);
    }

    private void Expect<T>() where T : ParsingEvent => _parser.Consume<T>();

    private static Position PositionOf(Mark mark) => new(Math.Max(1, (int)mark.Line), Math.Max(1, (int)mark.Column));

    private static Position? FirstTab(string text)
    {
        var line = 1;
        foreach (var content in text.EnumerateLines())
        {
            if (content.TrimStart(' ') is ['\t', ..])
                return new(line, content.IndexOf('\t') + 1);
            line++;
        }
        return null;
    }

    /// <summary>The parser's messages are sentences of their own, some with their position in front.</summary>
    private static string Sentence(YamlException error)
    {
        var text = error.Message;
        var end = text.StartsWith('(') ? text.IndexOf("): ", StringComparison.Ordinal) : -1;
        text = (end < 0 ? text : text[(end + 3)..]).TrimEnd('.').ReplaceLineEndings(" ");
        return text.Length == 0 ? "it cannot be read" : char.ToLowerInvariant(text[0]) + text[1..];
    }
}
