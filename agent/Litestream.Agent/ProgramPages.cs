using System.Runtime.InteropServices;
using Litestream.Agent.Interop;

namespace Litestream.Agent;

/// <summary>
/// The pages of the program's own file that are in its memory. What only the start needed stays there until the kernel is short of memory; given back, such a page
/// stays in the kernel's cache of files as long as that has room.
/// </summary>
internal static unsafe class ProgramPages
{
    private const nuint HeadersAddress = 3; // AT_PHDR, AT_PHNUM: getauxval(3)
    private const nuint HeaderCount = 5;
    private const uint Loaded = 1; // PT_LOAD, PT_PHDR, PF_W: elf(5)
    private const uint OfHeaders = 6;
    private const uint Writable = 2;

    /// <summary>Gives back what no one can have changed: segments that the loader maps without a right to write. Answers how many bytes of addresses they have.</summary>
    public static long GiveBack()
    {
        var headers = new ReadOnlySpan<SegmentHeader>((void*)Libc.AuxiliaryValue(HeadersAddress), (int)Libc.AuxiliaryValue(HeaderCount));
        nuint? movedBy = null;
        var bytes = 0L;
        foreach (ref readonly var segment in headers)
        {
            // Before all others (elf(5)): where the program lies, as it is put anywhere.
            if (segment.Type == OfHeaders)
                movedBy = Libc.AuxiliaryValue(HeadersAddress) - segment.Address;
            if (segment.Type != Loaded || (segment.Flags & Writable) != 0 || movedBy is not { } moved)
                continue;
            // Whole pages of it alone: the next segment may begin on its last one.
            var page = (nuint)Environment.SystemPageSize;
            var (start, end) = (((moved + segment.Address) + page - 1) / page * page, (moved + segment.Address + segment.BytesInMemory) / page * page);
            if (start < end && Libc.AdviseMemory((void*)start, end - start, Libc.DoNotNeed) == 0)
                bytes += (long)(end - start);
        }
        return bytes;
    }

    /// <summary><c>Elf64_Phdr</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct SegmentHeader
    {
        public readonly uint Type;
        public readonly uint Flags;
        public readonly nuint Offset;
        public readonly nuint Address;
        public readonly nuint PhysicalAddress;
        public readonly nuint BytesInFile;
        public readonly nuint BytesInMemory;
        public readonly nuint Alignment;
    }
}
