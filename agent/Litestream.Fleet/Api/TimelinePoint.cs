namespace Litestream.Fleet.Api;

/// <summary>A state that can be restored.</summary>
/// <param name="Txid">16 hexadecimal digits.</param>
/// <param name="Time">When it was captured, UTC.</param>
/// <param name="Level">Of the file that ends with it; 9: a full image.</param>
/// <param name="Bytes">Of that file.</param>
public sealed record TimelinePoint(string Txid, DateTimeOffset Time, int Level, long Bytes);
