using System.Runtime.InteropServices;

namespace Litestream.Core.Tests.Replication;

internal static partial class HardLink
{
    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Create(string existing, string name);
}
