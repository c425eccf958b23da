using System.Runtime.InteropServices;
using Litestream.Agent.Interop;
using Microsoft.Win32.SafeHandles;

namespace Litestream.Agent.Restoring;

/// <summary>
/// A folder that was looked at, held by a descriptor: whatever somebody puts in its place, or renames it to, files are made in this one. Entered part by part,
/// and never through a symbolic link.
/// </summary>
internal sealed class HeldFolder : IDisposable
{
    private static readonly bool IsArm64 = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    private readonly SafeFileHandle _handle;

    private HeldFolder(SafeFileHandle handle) => _handle = handle;

    /// <summary>Its name for as long as it is held.</summary>
    public string Path => $"/proc/self/fd/{_handle.DangerousGetHandle()}";

    /// <summary>It itself, whatever its name leads to.</summary>
    public FileFacts Facts => FileFacts.Read(Path + "/.", followLinks: false);

    /// <summary>One that whoever started the agent named: through links, too. Null when there is no such folder.</summary>
    public static HeldFolder? Open(string path) => Open(path, 0);

    /// <summary>A folder in it; null when there is none, or something else of that name.</summary>
    public HeldFolder? Enter(string name) => Open($"{Path}/{name}", IsArm64 ? Libc.OpenNoFollowArm64 : Libc.OpenNoFollow);

    public void Dispose() => _handle.Dispose();

    private static HeldFolder? Open(string path, int flags)
    {
        var descriptor = Libc.Open(path, Libc.PathOnly | Libc.CloseOnExec | (IsArm64 ? Libc.OpenDirectoryArm64 : Libc.OpenDirectory) | flags);
        return descriptor < 0 ? null : new(new(descriptor, ownsHandle: true));
    }
}
