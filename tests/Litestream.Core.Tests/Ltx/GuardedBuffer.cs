using System.Runtime.InteropServices;

namespace Litestream.Core.Tests.Ltx;

/// <summary>
/// Memory between two unmapped pages: a span flush against either end makes the first byte read or written outside it a crash of the test
/// process.
/// </summary>
internal sealed unsafe partial class GuardedBuffer : IDisposable
{
    private const int ReadWrite = 3;
    private const int PrivateAnonymous = 0x22;

    private readonly byte* _start;
    private readonly nuint _mapped;
    private readonly int _capacity;
    private readonly int _guard = Environment.SystemPageSize;

    public GuardedBuffer(int capacity)
    {
        _capacity = (capacity + _guard - 1) / _guard * _guard;
        _mapped = (nuint)(_capacity + (2 * _guard));
        var mapping = mmap(0, _mapped, 0, PrivateAnonymous, -1, 0);
        Assert.NotEqual(-1, mapping);
        _start = (byte*)mapping + _guard;
        Assert.Equal(0, mprotect((nint)_start, (nuint)_capacity, ReadWrite));
    }

    /// <summary>The first bytes: nothing lies before them.</summary>
    public Span<byte> AtStart(int length) => new(_start, Checked(length));

    /// <summary>The last bytes: nothing lies behind them.</summary>
    public Span<byte> AtEnd(int length) => new(_start + _capacity - Checked(length), length);

    /// <summary>A copy at either end.</summary>
    public Span<byte> Copy(ReadOnlySpan<byte> source, bool atEnd)
    {
        var copy = atEnd ? AtEnd(source.Length) : AtStart(source.Length);
        source.CopyTo(copy);
        return copy;
    }

    public void Dispose() => munmap((nint)_start - _guard, _mapped);

    private int Checked(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, _capacity);
        return length;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint mmap(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int mprotect(nint address, nuint length, int protection);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int munmap(nint address, nuint length);
}
