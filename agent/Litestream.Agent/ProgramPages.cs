using System.Globalization;
using Litestream.Agent.Interop;

namespace Litestream.Agent;

/// <summary>
/// The pages of the program's own file and of its libraries that are in its memory. What only the start needed stays there until the kernel is short of memory;
/// given back, such a page stays in the kernel's cache of files as long as that has room, and whoever needs it again has it by a fault of a microsecond.
/// </summary>
internal static class ProgramPages
{
    public static unsafe void GiveBack()
    {
        foreach (var (start, end) in Read())
            _ = Libc.AdviseMemory((void*)start, end - start, Libc.DoNotNeed);
    }

    /// <summary>Of the mappings in the form of <c>/proc/PID/smaps</c> (proc(5)) those of a file that nobody can write, and of which every page is the file's: none was changed in memory, by the loader or a debugger.</summary>
    public static IEnumerable<(nuint Start, nuint End)> Clean(IEnumerable<string> lines)
    {
        (nuint, nuint)? readOnly = null;
        foreach (var line in lines)
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields is [[.., not ':'], ..])
                readOnly = fields is [_, ['r', '-', _, 'p'], _, _, not "0", ..] ? RangeOf(fields[0]) : null;
            else if (readOnly is { } range && fields is ["Anonymous:", "0", ..])
                yield return range;
        }
    }

    /// <summary>None where the system does not tell.</summary>
    private static List<(nuint Start, nuint End)> Read()
    {
        try
        {
            return [.. Clean(File.ReadLines("/proc/self/smaps"))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static (nuint Start, nuint End) RangeOf(string text) =>
        text.Split('-') is [var start, var end] ? (nuint.Parse(start, NumberStyles.HexNumber, null), nuint.Parse(end, NumberStyles.HexNumber, null)) : throw new FormatException($"no range of addresses: {text}");
}
