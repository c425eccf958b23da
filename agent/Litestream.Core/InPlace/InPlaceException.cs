namespace Litestream.InPlace;

/// <summary>A restore in place did not come to its end.</summary>
public sealed class InPlaceException : LitestreamException
{
    public InPlaceException(InPlaceFault fault, string message, Exception? inner = null, string? hint = null)
        : base(message, inner, hint) => Fault = fault;

    public InPlaceFault Fault { get; }
}
