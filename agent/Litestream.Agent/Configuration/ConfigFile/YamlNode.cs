namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>A piece of a YAML document and where it stands. What an alias repeats is the same object.</summary>
internal sealed class YamlNode(YamlKind kind, Position at, string text = "", bool isQuoted = false)
{
    public YamlKind Kind => kind;

    public Position At => at;

    /// <summary>Of a scalar.</summary>
    public string Text => text;

    public bool IsQuoted => isQuoted;

    /// <summary>Of a sequence.</summary>
    public List<YamlNode> Items { get; } = [];

    /// <summary>Of a mapping, in the order of the file.</summary>
    public List<(YamlNode Key, YamlNode Value)> Entries { get; } = [];

    /// <summary>Nodes in it, itself included, every alias counted as what it stands for.</summary>
    public int Size { get; set; } = 1;

    /// <summary>A key without a value, as when everything below it was commented out.</summary>
    public bool IsEmpty => kind == YamlKind.Scalar && !isQuoted && text is "" or "~" or "null";

    /// <summary>For people: what stands here.</summary>
    public string Shown => kind switch
    {
        YamlKind.Mapping => "a mapping",
        YamlKind.Sequence => "a list",
        _ => $"\"{(text.Length <= 60 ? text : text[..60] + "…")}\"",
    };
}
