using System.Runtime.InteropServices;

namespace Litestream.Core.Tests.Replication;

/// <summary>What .NET cannot do with names.</summary>
internal static partial class FileNames
{
    private const int Here = -100;
    private const uint Swap = 2;

    /// <summary>A second name of a file.</summary>
    public static void Link(string existing, string name) => Check(LinkNames(existing, name));

    /// <summary>Two files or folders change names in one step: at no moment is one of the names free.</summary>
    public static void Exchange(string left, string right) => Check(Rename(Here, left, Here, right, Swap));

    private static void Check(int result) => Assert.True(result == 0, Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int LinkNames(string existing, string name);

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Rename(int leftFolder, string left, int rightFolder, string right, uint flags);
}
