namespace Litestream.Ltx;

/// <summary>
/// Reads one LTX file (v3a or v3b) from beginning to end and verifies everything on the way: order, sizes, page index against
/// the frames, file checksum. No allocation per page. Throws <see cref="LtxFormatException"/>, which names file and offset.
/// </summary>
public sealed class LtxDecoder : IDisposable
{
    /// <summary>Reads the header.</summary>
    public LtxDecoder(Stream input, string file) => throw new NotImplementedException();

    public LtxHeader Header => throw new NotImplementedException();

    /// <summary>Decodes the next page into <paramref name="page"/> (page size). False after the last one: then index, trailer and checksum have been verified and the stream is at its end.</summary>
    public bool ReadPage(Span<byte> page, out uint pgno) => throw new NotImplementedException();

    /// <summary>The verified index; only after <see cref="ReadPage"/> answered false.</summary>
    public PageIndex Index => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
