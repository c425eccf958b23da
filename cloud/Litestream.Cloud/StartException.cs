namespace Litestream.Cloud;

/// <summary>The program cannot begin: a sentence, and what to do.</summary>
internal sealed class StartException(string message, string? hint = null, Exception? inner = null) : Exception(message, inner)
{
    public string? Hint => hint;

    /// <summary>Wrong usage (2) rather than a failure (1).</summary>
    public bool IsUsage { get; init; }
}
