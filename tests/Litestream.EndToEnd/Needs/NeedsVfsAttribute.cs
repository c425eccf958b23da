using System.Runtime.InteropServices;
using Litestream.Tests.Needs;

namespace Litestream.EndToEnd.Needs;

/// <summary>The genuine Litestream VFS: node and npm to fetch it (tests/package.json), <c>sqlite3</c> to load it, Linux on x86-64 with glibc to run it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsVfsAttribute : FactAttribute
{
    public NeedsVfsAttribute() => Skip =
        Need.SkipReason("node", Need.OnPath("node") && Need.OnPath("npm"), "install node and npm")
        ?? Need.SkipReason("sqlite3", Need.OnPath("sqlite3"), "install the sqlite3 command line program")
        ?? Need.SkipReason("vfs", OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64
            && !RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal), "the library of the VFS is for Linux on x86-64 with glibc");
}
