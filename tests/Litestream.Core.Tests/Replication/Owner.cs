using System.Runtime.InteropServices;

namespace Litestream.Core.Tests.Replication;

internal static partial class Owner
{
    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Change(string path, uint user, uint group);
}
