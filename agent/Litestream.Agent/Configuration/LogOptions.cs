namespace Litestream.Agent.Configuration;

internal sealed record LogOptions
{
    /// <summary>One JSON object per line instead of text for people.</summary>
    public bool Json { get; init; }

    public LogLevel Level { get; init; } = LogLevel.Information;
}
