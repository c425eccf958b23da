namespace Litestream.Ltx;

/// <summary>
/// The newest frame of every page over several files, ascending by page number, never the lock page. What a file holds beyond its own
/// Commit or that of any later file is not part of the database any more, even if it grew again since: whoever grows it writes those
/// pages anew. One pass; memory is 20 bytes a file, time O(log files) a frame.
/// </summary>
internal sealed class LtxMerger
{
    private readonly PageIndex[] _indexes;
    private readonly uint _lockPage;

    // Per input: the last page of it that still counts, and the next entry to look at.
    private readonly uint[] _limits;
    private readonly int[] _cursors;

    // Inputs with entries left, a heap by next page number; of equal ones the newest input comes first.
    private readonly int[] _heap;
    private int _heapCount;

    /// <param name="inputs">In the order in which they are applied: oldest first.</param>
    /// <param name="pageSize">One for all.</param>
    public LtxMerger(IReadOnlyList<MergeInput> inputs, int pageSize)
    {
        _indexes = new PageIndex[inputs.Count];
        _lockPage = LockPage.Of(pageSize);
        _limits = new uint[inputs.Count];
        _cursors = new int[inputs.Count];
        _heap = new int[inputs.Count];
        var limit = uint.MaxValue;
        for (var i = inputs.Count - 1; i >= 0; i--)
        {
            _indexes[i] = inputs[i].Index;
            _limits[i] = limit = Math.Min(limit, inputs[i].Commit);
            if (HasNext(i))
                Push(i);
        }
    }

    /// <summary>False after the last page.</summary>
    public bool TryNext(out MergedPage page)
    {
        while (_heapCount > 0)
        {
            var newest = _heap[0];
            var entry = _indexes[newest][_cursors[newest]];
            // Older frames of the same page follow it out of the heap.
            do
                AdvanceTop();
            while (_heapCount > 0 && NextPgno(_heap[0]) == entry.Pgno);
            if (entry.Pgno == _lockPage)
                continue;
            page = new(newest, entry);
            return true;
        }
        page = default;
        return false;
    }

    private uint NextPgno(int input) => _indexes[input][_cursors[input]].Pgno;

    /// <summary>Entries ascend, so one beyond the limit ends the input.</summary>
    private bool HasNext(int input) => _cursors[input] < _indexes[input].Count && NextPgno(input) <= _limits[input];

    private void AdvanceTop()
    {
        var input = _heap[0];
        _cursors[input]++;
        SiftDown(HasNext(input) ? input : _heap[--_heapCount]);
    }

    private bool Before(int left, int right)
    {
        var (a, b) = (NextPgno(left), NextPgno(right));
        return a != b ? a < b : left > right;
    }

    private void Push(int input)
    {
        var hole = _heapCount++;
        for (; hole > 0 && Before(input, _heap[(hole - 1) / 2]); hole = (hole - 1) / 2)
            _heap[hole] = _heap[(hole - 1) / 2];
        _heap[hole] = input;
    }

    private void SiftDown(int input)
    {
        var hole = 0;
        while (true)
        {
            var child = (2 * hole) + 1;
            if (child >= _heapCount)
                break;
            if (child + 1 < _heapCount && Before(_heap[child + 1], _heap[child]))
                child++;
            if (!Before(_heap[child], input))
                break;
            _heap[hole] = _heap[child];
            hole = child;
        }
        _heap[hole] = input;
    }
}
