using Litestream.Agent.Configuration;
using Litestream.Agent.Interop;

namespace Litestream.Agent.Api;

/// <summary>
/// The Unix socket in the state folder. Such an address holds 107 bytes and a state folder may be deeper than that: then it is
/// reached through the descriptor of its folder.
/// </summary>
internal sealed class ControlSocket : IDisposable
{
    private const int LongestAddress = 107;

    private readonly string _path;
    private readonly int _folder = -1;

    private ControlSocket(string folder)
    {
        _path = Path.Combine(folder, StateDirectory.SocketName);
        ListenPath = _path;
        if (System.Text.Encoding.UTF8.GetByteCount(_path) <= LongestAddress || !OperatingSystem.IsLinux())
            return;
        _folder = Libc.Open(folder, Libc.PathOnly | Libc.CloseOnExec);
        if (_folder >= 0)
            ListenPath = $"/proc/self/fd/{_folder}/{StateDirectory.SocketName}";
    }

    /// <summary>What to give to the system.</summary>
    public string ListenPath { get; }

    /// <summary>The folder's lock is ours: a socket found there is a dead agent's.</summary>
    public static ControlSocket In(string folder)
    {
        var socket = new ControlSocket(folder);
        File.Delete(socket._path);
        return socket;
    }

    /// <summary>To connect to the socket of a folder.</summary>
    public static ControlSocket Of(string folder) => new(folder);

    /// <summary>For the agent's own user only.</summary>
    public void Protect()
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public void Dispose()
    {
        if (_folder >= 0)
            _ = Libc.Close(_folder);
    }
}
