namespace Litestream.Fleet.Api;

/// <summary>A state that stays restorable.</summary>
/// <param name="Txid">16 hexadecimal digits.</param>
/// <param name="Until">UTC.</param>
/// <param name="IsUndo">What an undo of a restore in place goes back to.</param>
public sealed record TimelineLabel(string Txid, DateTimeOffset Until, bool IsUndo);
