using System.Buffers;

namespace Litestream.Ltx;

/// <summary>
/// The frames of a file in the order read, in a pooled array: a page costs no allocation, and memory follows what was really read.
/// </summary>
internal sealed class FrameLog : IDisposable
{
    private IndexEntry[] _entries = [];
    private int _count;

    public ReadOnlySpan<IndexEntry> Entries => _entries.AsSpan(0, _count);

    public void Add(IndexEntry entry)
    {
        if (_count == _entries.Length)
            Resize(Math.Max(64, (int)Math.Min(2L * _count, Array.MaxLength)));
        _entries[_count++] = entry;
    }

    public void Dispose()
    {
        _count = 0;
        Resize(0);
    }

    private void Resize(int length)
    {
        var grown = length == 0 ? [] : ArrayPool<IndexEntry>.Shared.Rent(length);
        Entries.CopyTo(grown);
        if (_entries.Length > 0)
            ArrayPool<IndexEntry>.Shared.Return(_entries);
        _entries = grown;
    }
}
