using System.Runtime.InteropServices;

namespace Litestream.Storage;

/// <summary>Turns what the operating system said about a folder replica into a <see cref="StorageException"/>: here it is decided what may pass.</summary>
internal static class FolderFault
{
    /// <param name="doing">What was being done: <c>publish …/0000.ltx as</c>.</param>
    /// <param name="path">To which file or folder of the replica.</param>
    /// <param name="error">The errno.</param>
    public static StorageException Of(string doing, string path, int error)
    {
        var fault = FaultOf(error);
        return new($"{doing} {path}: {Marshal.GetPInvokeErrorMessage(error)}", fault, hint: HintFor(fault));
    }

    /// <summary>The same of an exception. "Not found" says nothing about the replica while another file stands in the way.</summary>
    public static StorageException Of(string doing, string path, Exception error)
    {
        if (error is DirectoryNotFoundException && StandsOnFile(path))
            return new($"{doing} {path}: a file stands where one of its folders should be", StorageFault.Permanent, error, "move it away, or name another folder");
        var fault = FaultOf(error);
        return new($"{doing} {path}: {error.Message}", fault, error, HintFor(fault));
    }

    /// <summary>The nearest thing on the way to this path is a file.</summary>
    public static bool StandsOnFile(string? path)
    {
        while (path is not null && !Path.Exists(path))
            path = Path.GetDirectoryName(path);
        return File.Exists(path);
    }

    /// <summary>Errors of the file system; anything else is a mistake of ours and must not be dressed up as a fault of the replica.</summary>
    public static bool IsFileError(Exception error) => error is IOException or UnauthorizedAccessException;

    private static StorageFault FaultOf(Exception error) => error switch
    {
        FileNotFoundException or DirectoryNotFoundException => StorageFault.Missing,
        UnauthorizedAccessException or PathTooLongException => StorageFault.Permanent,
        _ => FaultOf(error.HResult), // .NET puts the errno there when it has no exception of its own for it
    };

    private static StorageFault FaultOf(int error) => error switch
    {
        PosixFile.NoSpace or PosixFile.QuotaExceeded => StorageFault.Full,
        PosixFile.NoEntry => StorageFault.Missing,
        PosixFile.NotPermitted or PosixFile.AccessDenied or PosixFile.ReadOnlyFileSystem
            or PosixFile.NotADirectory or PosixFile.Invalid or PosixFile.NotSupported => StorageFault.Permanent,
        _ => StorageFault.Transient,
    };

    private static string? HintFor(StorageFault fault) => fault switch
    {
        StorageFault.Full => "free space on the replica's file system, or raise the quota",
        StorageFault.Permanent => "the user that runs litestream must be able to read and write the replica's folder",
        _ => null,
    };
}
