namespace Litestream.Fleet.Api;

/// <summary>From one state of a tenant to another, with nothing missing between.</summary>
/// <param name="FromTxid">16 hexadecimal digits.</param>
/// <param name="ToTxid">16 hexadecimal digits.</param>
/// <param name="FromTime">When that one was captured, UTC.</param>
/// <param name="ToTime">When that one was captured, UTC.</param>
/// <param name="Points">States in it that can be restored.</param>
/// <param name="Bytes">Of the files that hold it.</param>
public sealed record TimelineRange(string FromTxid, string ToTxid, DateTimeOffset FromTime, DateTimeOffset ToTime, int Points, long Bytes);
