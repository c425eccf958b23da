using Litestream.Ltx;

namespace Litestream;

/// <summary>A state that stays restorable whatever the retention says: what a database went back from.</summary>
/// <param name="Txid">It restores to this transaction.</param>
/// <param name="Reason">What happened behind it: <c>restored-in-place</c>, <c>file-replaced</c>, <c>wal-tail-lost</c>; <c>restoring-in-place</c> while that is under way, <c>perhaps-restored-in-place</c> when the program ended meanwhile and it is not known whether it happened.</param>
/// <param name="At">When, UTC.</param>
/// <param name="Until">When retention may take it, UTC.</param>
/// <param name="IsUndo">It is what a restore in place can be undone to.</param>
public sealed record KeptState(Txid Txid, string Reason, DateTimeOffset At, DateTimeOffset Until, bool IsUndo)
{
    /// <summary>Of a restore in place: who asked for it (<see cref="InPlace.InPlaceOptions.RequestId"/>).</summary>
    public string? RequestId { get; init; }
}
