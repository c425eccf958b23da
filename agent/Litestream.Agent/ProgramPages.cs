using System.Globalization;
using Litestream.Agent.Interop;

namespace Litestream.Agent;

/// <summary>
/// The pages of the program's own file that are in its memory. What only the start needed stays there until the kernel is short of memory; given back, such a page
/// stays in the kernel's cache of files as long as that has room.
/// </summary>
internal static class ProgramPages
{
    /// <summary>Answers how many bytes of addresses were given back.</summary>
    public static unsafe long GiveBack()
    {
        var bytes = 0L;
        foreach (var (start, end) in Read())
            bytes += Libc.AdviseMemory((void*)start, end - start, Libc.DoNotNeed) == 0 ? (long)(end - start) : 0;
        return bytes;
    }

    /// <summary>
    /// Of the mappings in the form of <c>/proc/PID/smaps</c> (proc(5)) those of the program that nobody can write, and of which every page is the file's. What was changed in
    /// memory is anonymous, there or in the swap: the loader changes some, and .NET writes a number into a page that it makes read-only then.
    /// </summary>
    public static IEnumerable<(nuint Start, nuint End)> Clean(IEnumerable<string> lines, string program)
    {
        (nuint, nuint)? range = null;
        var isMet = false;
        foreach (var line in lines)
        {
            var fields = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
            if (fields is [[.., not ':'], ..])
            {
                var isProgram = fields is [_, _, _, _, _, var path] && path == program;
                // They lie side by side, before the libraries.
                if (isMet && !isProgram)
                    yield break;
                isMet = isProgram;
                range = isProgram && fields[1] is ['r', '-', _, 'p'] ? RangeOf(fields[0]) : null;
            }
            else if (fields is ["Anonymous:" or "Swap:", not "0", ..])
            {
                range = null;
            }
            else if (fields is ["Swap:", ..] && range is { } clean)
            {
                yield return clean;
            }
        }
    }

    /// <summary>None where the system does not tell.</summary>
    private static List<(nuint Start, nuint End)> Read()
    {
        try
        {
            return Environment.ProcessPath is { } program ? [.. Clean(File.ReadLines("/proc/self/smaps"), program)] : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static (nuint Start, nuint End) RangeOf(string text) =>
        text.Split('-') is [var start, var end] ? (nuint.Parse(start, NumberStyles.HexNumber, null), nuint.Parse(end, NumberStyles.HexNumber, null)) : throw new FormatException($"no range of addresses: {text}");
}
