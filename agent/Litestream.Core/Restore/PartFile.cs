using System.Runtime.InteropServices;
using Litestream.Sqlite;
using Litestream.Storage;
using Microsoft.Win32.SafeHandles;

namespace Litestream.Restore;

/// <summary>The file that a restore writes until it is whole: <c>&lt;output&gt;.part</c>, opened by one restore at a time.</summary>
internal static class PartFile
{
    /// <summary>Opens or creates it, with room for all of it, so that a full disk is noticed before anything is fetched.</summary>
    /// <param name="path">Of the part.</param>
    /// <param name="goOn">Whether what an earlier restore wrote is kept; else it is made empty.</param>
    /// <param name="sizeBytes">It will be this long.</param>
    /// <exception cref="IOException">It cannot be made, or another restore has it (<see cref="PosixFile.WouldBlock"/>).</exception>
    public static SafeFileHandle Open(string path, bool goOn, long sizeBytes)
    {
        var handle = Lock(path);
        try
        {
            if (!goOn)
                RandomAccess.SetLength(handle, 0);
            var error = PosixFile.Allocate(handle, sizeBytes);
            // Other errors: not every file system can, and writing will tell.
            if (error is PosixFile.NoSpace or PosixFile.QuotaExceeded or PosixFile.TooLarge)
                throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
            return handle;
        }
        catch
        {
            if (!goOn)
                File.Delete(path);
            RegularFile.Release(handle);
            throw;
        }
    }

    /// <summary>
    /// The lock belongs to the file, not to its name: one that was given its final name between our opening and our locking is a finished database,
    /// and no part of ours.
    /// </summary>
    private static SafeFileHandle Lock(string path)
    {
        while (true)
        {
            var handle = RegularFile.OpenAlone(path);
            if (FileStat.IsSameFile(FileStat.Of((int)handle.DangerousGetHandle()), FileStat.Of(path)))
                return handle;
            RegularFile.Release(handle);
        }
    }
}
