namespace Litestream.Ltx;

/// <summary>Where each page's frame lies in an LTX file: ascending by page number, 16 bytes of memory a page.</summary>
public sealed class PageIndex
{
    public int Count => throw new NotImplementedException();

    public IndexEntry this[int i] => throw new NotImplementedException();

    /// <summary>
    /// Reads the index from the end of a file. <paramref name="tail"/> is the file's last bytes. When it is too short to hold the index, returns null
    /// and <paramref name="neededBytes"/> says how many last bytes are needed (bounded by the file's size, else the file is damaged).
    /// </summary>
    public static PageIndex? Parse(ReadOnlySpan<byte> tail, long fileSizeBytes, string file, out int neededBytes) => throw new NotImplementedException();
}
