using Litestream.Ltx;

namespace Litestream.Storage;

/// <summary>Wanted frames that lie close together in one file: one request brings them.</summary>
/// <param name="File">Position of the file in the chain.</param>
/// <param name="First">First wanted entry of the file's index.</param>
/// <param name="Last">Last wanted entry; between them may be unwanted ones.</param>
/// <param name="Offset">Of the first frame.</param>
/// <param name="LengthBytes">To the end of the last frame.</param>
internal readonly record struct FrameRange(int File, int First, int Last, long Offset, int LengthBytes)
{
    /// <summary>What one request brings at most; with the decoded run it bounds the memory of a reader. Frames are far smaller.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>Unwanted bytes worth reading over to spare a request: what a link of 1 GB/s brings in the 50 us of an open and a read.</summary>
    private const int MaxGapBytes = 64 * 1024;

    public static FrameRange Of(int file, int position, IndexEntry entry) => new(file, position, position, entry.Offset, entry.SizeBytes);

    /// <summary>The range with a later frame of the same file; null when that is too far away or the range would grow too long.</summary>
    public FrameRange? With(int position, IndexEntry entry)
    {
        var gap = entry.Offset - (Offset + LengthBytes);
        var length = entry.Offset + entry.SizeBytes - Offset;
        return gap > MaxGapBytes || length > MaxBytes ? null : this with { Last = position, LengthBytes = (int)length };
    }
}
