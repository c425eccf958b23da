namespace Litestream.Fleet.Table;

/// <summary>An item that cannot be read as what it should be. One such item is skipped and named; nobody else's is touched by it.</summary>
public sealed class MalformedItemException : FormatException
{
    public MalformedItemException(ItemKey key, string kind, string attribute, string expected, string? found)
        : base($"item {key} is no {kind}: {attribute} should be {expected}, {(found is null ? "it is missing" : $"it is \"{found}\"")}") =>
        (Key, Kind, Attribute) = (key, kind, attribute);

    /// <summary>Of the item; empty where the keys are missing.</summary>
    public ItemKey Key { get; }

    /// <summary>What it was read as, one of <see cref="ItemTypes"/>.</summary>
    public string Kind { get; }

    /// <summary>The attribute at fault.</summary>
    public string Attribute { get; }
}
