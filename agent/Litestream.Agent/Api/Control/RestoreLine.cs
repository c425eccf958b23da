using System.Text.Json.Serialization;

namespace Litestream.Agent.Api.Control;

/// <summary>A line of the answer to <c>/restore</c>: how far it is, or, as the last one, how it ended.</summary>
internal sealed record RestoreLine
{
    /// <summary><c>capturing</c>, <c>fetching</c>, <c>waiting</c>, <c>copying</c>, <c>publishing</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Step { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long PagesDone { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long PagesTotal { get; init; }

    /// <summary>Of the step; left out where it counts no pages.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Percent { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long BytesRead { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public InPlaceAnswer? Result { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ErrorAnswer? Failure { get; init; }
}
