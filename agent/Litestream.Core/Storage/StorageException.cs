namespace Litestream.Storage;

/// <summary>A replica did not do what was asked of it. Where the error is known it is decided whether trying again can help.</summary>
public sealed class StorageException : LitestreamException
{
    public StorageException(string message, StorageFault fault, Exception? inner = null, string? hint = null)
        : base(message, inner, hint) => Fault = fault;

    public StorageFault Fault { get; }

    /// <summary>The object is there, and ends before what was published does.</summary>
    internal bool IsCut { get; private init; }

    /// <summary>The object asked for is not there (any more): a reader plans again.</summary>
    public bool IsMissing => Fault == StorageFault.Missing;

    internal static StorageException OfCut(string message) => new(message, StorageFault.Permanent) { IsCut = true };
}
