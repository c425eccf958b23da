using Litestream.Ltx;

namespace Litestream.Restore;

/// <summary>Applies the files of a chain one after the other to a state of page sums, and compares it with what each file recorded.</summary>
internal sealed class StateWalk
{
    /// <summary>Null while it is not known: before an image, and behind a damaged file.</summary>
    public PageSums? State { get; private set; }

    /// <summary>The transaction the state stands at.</summary>
    public Txid Reached { get; private set; }

    /// <summary>Goes on from a state that was read by another way.</summary>
    public static StateWalk From(PageSums state, Txid reached) => new() { State = state, Reached = reached };

    /// <summary>Whether the file can be applied to what is here.</summary>
    public bool LeadsTo(LtxFile file) => file.IsImage || (State is not null && file.MinTxid == Reached.Next);

    public void Lose() => State = null;

    /// <summary>How much the file's pages would have to add to the sum beyond what they do; null when nothing is known that it could be compared with.</summary>
    public ulong? MissingIn(FileContent content)
    {
        if (content.Header is not { Proof: { } proof } header || !LeadsTo(content.File))
            return null;
        return unchecked(proof.Post - SumAfter(StateBefore(header), content, header));
    }

    /// <summary>Applies a whole file. Answers what does not fit, or null. What does not fit leaves a state that nothing may be compared with.</summary>
    public string? Apply(FileContent content)
    {
        var header = content.Header!.Value;
        if (!LeadsTo(content.File))
        {
            Lose();
            return null;
        }
        var before = StateBefore(header);
        var problem = Grows(before, content, header) ?? Continues(before, header);
        if (header.Commit > before.Commit + content.Pgnos.Count + 1L)
        {
            Lose(); // a size that its pages cannot fill: no memory for that
            return problem;
        }
        before.Resize(header.Commit);
        for (var i = 0; i < content.Pgnos.Count; i++)
            before.Set(content.Pgnos[i], content.Sums[i]);
        (State, Reached) = (before, content.File.MaxTxid);
        return Compare(header) ?? problem;
    }

    private PageSums StateBefore(LtxHeader header) => StartsAnew(header) ? new PageSums(header.PageSize) : State!;

    /// <summary>An image, or the file that changed the page size, which is one too.</summary>
    private bool StartsAnew(LtxHeader header) => header.MinTxid.Value == 1 || State is null || State.PageSize != header.PageSize;

    private static ulong SumAfter(PageSums before, FileContent content, LtxHeader header)
    {
        var sum = before.Sum;
        for (var i = 0; i < content.Pgnos.Count; i++)
            sum = unchecked(sum - before[content.Pgnos[i]] + content.Sums[i]);
        for (var pgno = header.Commit + 1L; pgno <= before.Commit; pgno++)
            sum = unchecked(sum - before[(uint)pgno]);
        return sum;
    }

    private static string? Grows(PageSums before, FileContent content, LtxHeader header)
    {
        if (header.Commit <= before.Commit)
            return null;
        var lockPage = LockPage.Of(header.PageSize);
        var needed = header.Commit - before.Commit - (lockPage > before.Commit && lockPage <= header.Commit ? 1L : 0);
        var held = content.Pgnos.Count(pgno => pgno > before.Commit);
        return held == needed ? null : $"expected all {needed} pages by which the database grows, found {held}";
    }

    private string? Continues(PageSums before, LtxHeader header) =>
        header.Proof?.Pre is not { } pre || StartsAnew(header) || pre == before.Sum
            ? null
            : $"it continues a database of sum {pre:x16}, the file before leaves one of {before.Sum:x16}";

    private string? Compare(LtxHeader header)
    {
        var sum = State!.Sum;
        return header.Proof is not { } proof || proof.Post == sum
            ? null
            : $"expected the sum {proof.Post:x16} recorded at capture, found {sum:x16} of its pages";
    }
}
