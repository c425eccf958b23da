namespace Litestream.Agent.Interop;

internal enum FileKind
{
    Missing,
    Regular,
    Directory,
    SymbolicLink,
    Pipe,
    Socket,
    Device,
    /// <summary>Something may be there; we may not look, or nobody answers.</summary>
    Unreadable,
}
