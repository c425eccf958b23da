namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>The keys of one kind of mapping.</summary>
/// <param name="What">As a sentence says it: "a replica".</param>
/// <param name="Keys">Those that are read.</param>
internal sealed record KeyTable(string What, IReadOnlyList<string> Keys)
{
    private static readonly Dictionary<string, string> None = [];

    /// <summary>Keys that begin with <c>x-</c> are the user's own: a place for what aliases repeat.</summary>
    public bool TakesNotes { get; init; }

    /// <summary>Keys of Litestream that change nothing here, and why: taken with a warning, so that its files work.</summary>
    public IReadOnlyDictionary<string, string> Idle { get; init; } = None;

    /// <summary>Keys of Litestream for what does not exist here, and what to do: refused, as somebody counts on it.</summary>
    public IReadOnlyDictionary<string, string> Missing { get; init; } = None;
}
