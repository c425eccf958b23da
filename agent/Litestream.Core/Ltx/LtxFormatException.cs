namespace Litestream.Ltx;

/// <summary>Bytes that are not what the LTX format allows: says in which file, at which offset, what was expected and found.</summary>
internal sealed class LtxFormatException : LitestreamException
{
    public LtxFormatException(string file, long offset, string expected, string found)
        : base($"{file}: damaged at byte {offset}: expected {expected}, found {found}")
    {
        File = file;
        Offset = offset;
    }

    /// <summary>The file's name or URL.</summary>
    public string File { get; }

    /// <summary>Byte offset in the file at which the damage was noticed.</summary>
    public long Offset { get; }
}
