namespace Litestream;

/// <summary>
/// The one base of the errors this library throws. The message says what was being done, to what, what was
/// expected and found; <see cref="Hint"/> says what the user can do, when there is something.
/// </summary>
public class LitestreamException : Exception
{
    public LitestreamException(string message, Exception? inner = null, string? hint = null)
        : base(message, inner) => Hint = hint;

    /// <summary>What the user can do about it, one sentence; null when nothing is known.</summary>
    public string? Hint { get; }
}
