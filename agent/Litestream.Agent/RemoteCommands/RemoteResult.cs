using Litestream.Fleet.Items;
using Litestream.Ltx;

namespace Litestream.Agent.RemoteCommands;

/// <summary>What came of a command.</summary>
/// <param name="Text">For the item's <c>result</c>: a sentence.</param>
/// <param name="Txid">Newest transaction that it was about.</param>
internal sealed record RemoteResult(string Text, Txid Txid = default)
{
    /// <summary>Of a restore in place: the state before.</summary>
    public Txid Before { get; init; }

    /// <summary>Of a move: since when nobody can write.</summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>For so long.</summary>
    public TimeSpan? Paused { get; init; }

    /// <summary>What a drill leaves in the table, beside the command.</summary>
    public ProofRecord? Proof { get; init; }
}
