using Litestream.Ltx;

namespace Litestream.Restore;

/// <summary>A state of a database without its content: of each page only the sum. 8 bytes of memory a page.</summary>
internal sealed class PageSums(int pageSize)
{
    private ulong[] _sums = [];

    public int PageSize => pageSize;

    /// <summary>Size of the database in pages.</summary>
    public uint Commit { get; private set; }

    /// <summary>Of all pages (see <see cref="Proof"/>).</summary>
    public ulong Sum { get; private set; }

    /// <summary>0 for pages beyond the database.</summary>
    public ulong this[uint pgno] => pgno <= Commit ? _sums[pgno] : 0;

    /// <summary>Cuts pages off, or makes room for pages still to be set.</summary>
    public void Resize(uint commit)
    {
        for (var pgno = commit + 1L; pgno <= Commit; pgno++)
            Set((uint)pgno, 0);
        if (commit >= (uint)_sums.Length)
            Array.Resize(ref _sums, (int)Math.Min(Array.MaxLength, Math.Max(commit + 1L, Math.Min(_sums.Length * 2L, commit + 65536L))));
        Commit = commit;
    }

    public void Set(uint pgno, ulong sum)
    {
        Sum = unchecked(Sum - _sums[pgno] + sum);
        _sums[pgno] = sum;
    }
}
