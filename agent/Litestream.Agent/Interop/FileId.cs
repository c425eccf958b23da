namespace Litestream.Agent.Interop;

/// <summary>What a file is, whatever it is called.</summary>
internal readonly record struct FileId(ulong Device, ulong Inode);
