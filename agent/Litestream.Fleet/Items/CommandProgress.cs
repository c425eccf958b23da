namespace Litestream.Fleet.Items;

/// <summary>How far a running command is.</summary>
public sealed record CommandProgress
{
    /// <summary>A word: plan, fetch, apply, prove, … of the kind.</summary>
    public required string Step { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>0 to 100.</summary>
    public int Percent { get; init; }

    public long Bytes { get; init; }

    public long Pages { get; init; }
}
