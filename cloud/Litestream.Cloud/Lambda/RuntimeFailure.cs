namespace Litestream.Cloud.Lambda;

/// <summary>What the Runtime API is told of an error.</summary>
internal sealed record RuntimeFailure
{
    public required string ErrorMessage { get; init; }

    public required string ErrorType { get; init; }

    public IReadOnlyList<string> StackTrace { get; init; } = [];

    public static RuntimeFailure Of(Exception error) => new()
    {
        ErrorMessage = error is StartException { Hint: { } hint } ? $"{error.Message} (hint: {hint})" : error.Message,
        ErrorType = error.GetType().Name,
        StackTrace = error is StartException ? [] : error.StackTrace?.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [],
    };
}
