using Litestream.Ltx;
using Litestream.Restore;

namespace Litestream.InPlace;

/// <summary>What to restore into a database that is in use, and how long others may make it wait.</summary>
public sealed record InPlaceOptions
{
    /// <summary>Exactly this transaction. Not together with <see cref="Timestamp"/>; with neither the newest.</summary>
    public Txid? Txid { get; init; }

    /// <summary>The newest state captured strictly before this time.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Give up when another program writes, or keeps everybody out, for longer than a moment. Default: wait for it.</summary>
    public bool FailsIfBusy { get; init; }

    /// <summary>How long it waits for that. Default 30 s. Applications that only read are never waited for.</summary>
    public TimeSpan BusyLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>SQLite's own check of the wanted state, beside the proof, before anything is touched. Default none.</summary>
    public IntegrityCheck IntegrityCheck { get; init; }

    /// <summary>Range reads in flight. Default 8. Each costs at most 2 MiB of memory.</summary>
    public int Parallelism { get; init; } = 8;

    /// <summary>
    /// A word of the caller's, that stays with what is kept (<see cref="KeptState.RequestId"/>): by it somebody who asked finds out after a crash whether it happened.
    /// At most 64 letters, digits, <c>-</c> and <c>_</c>.
    /// </summary>
    public string? RequestId { get; init; }

    /// <summary>An undo of the restore of this <see cref="RequestId"/>, whose state before is <see cref="Txid"/>: refused when that is not the last one any more.</summary>
    internal string? Undoes { get; init; }

    /// <summary>Commits of applications come and go; a lock that is held for longer than this is none of those.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    internal TimeSpan Patience => FailsIfBusy ? Moment : BusyLimit;

    internal void Check()
    {
        if (BusyLimit <= TimeSpan.Zero || BusyLimit > TimeSpan.FromDays(1))
            throw new LitestreamException($"restore in place: expected to wait for up to a day, found {BusyLimit}", hint: "change -busy-limit");
        if (RequestId is { } id && (id.Length is 0 or > 64 || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')))
            throw new LitestreamException($"restore in place: expected a request id of 1 to 64 letters, digits, - and _, found \"{id}\"");
    }
}
