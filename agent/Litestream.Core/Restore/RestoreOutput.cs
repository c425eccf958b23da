using System.Runtime.InteropServices;
using Litestream.Ltx;
using Litestream.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Litestream.Restore;

/// <summary>
/// The database being written: a temporary file beside the output, which gets its name at the very end or goes again.
/// Pages may be written by several threads, in any order; everything else belongs to one.
/// </summary>
internal sealed class RestoreOutput : IDisposable
{
    /// <summary>How much is written before the kernel is told to begin: the flush at the end then overlaps with reading and decoding.</summary>
    private const long WriteBackBytes = 32 * 1024 * 1024;

    private readonly string _path;
    private readonly int _pageSize;
    private readonly SafeFileHandle _handle;
    private long _bytesWritten;
    private ulong _sum;

    private RestoreOutput(string path, string temporaryPath, int pageSize, uint commit)
    {
        (_path, TemporaryPath, _pageSize) = (path, temporaryPath, pageSize);
        SizeBytes = (long)commit * pageSize;
        // Room is taken beforehand, so that a full disk is noticed before anything is fetched.
        _handle = File.OpenHandle(temporaryPath, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, FileOptions.None, SizeBytes);
    }

    public string TemporaryPath { get; }

    public long SizeBytes { get; }

    public long PagesWritten => Interlocked.Read(ref _bytesWritten) / _pageSize;

    /// <summary>Sum of the pages written so far (see <see cref="Proof"/>).</summary>
    public ulong Sum => Interlocked.Read(ref _sum);

    /// <summary>Throws when the output is there already and may not be replaced. An empty file may.</summary>
    public static void RefuseExisting(RestoreOptions options)
    {
        if (Directory.Exists(options.OutputPath))
            throw new LitestreamException($"restore to {options.OutputPath}: expected a file, found a directory");
        if (!options.Force && HoldsSomething(options.OutputPath))
            throw Exists(options.OutputPath);
    }

    /// <param name="path">The output.</param>
    /// <param name="pageSize">Bytes.</param>
    /// <param name="commit">Size of the database in pages.</param>
    public static RestoreOutput Create(string path, int pageSize, uint commit)
    {
        var temporaryPath = $"{path}.tmp-{Path.GetRandomFileName()}";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return new(path, temporaryPath, pageSize, commit);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporaryPath);
            throw new LitestreamException($"restore to {path}: {e.Message}", e, $"it needs {(long)commit * pageSize} bytes of free space there, and the right to write");
        }
    }

    public void Write(uint firstPgno, ReadOnlySpan<byte> pages)
    {
        try
        {
            if (pages.ContainsAnyExcept((byte)0)) // the file is zeros to begin with
                RandomAccess.Write(_handle, pages, (long)(firstPgno - 1) * _pageSize);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(_path, e);
        }
        Interlocked.Add(ref _sum, SumOf(firstPgno, pages));
        var written = Interlocked.Add(ref _bytesWritten, pages.Length);
        if (written / WriteBackBytes != (written - pages.Length) / WriteBackBytes)
            PosixFile.BeginWriteBack(_handle);
    }

    /// <summary>Makes it durable and gives it its name. What is there stays, unless <paramref name="force"/> or it is empty.</summary>
    public void Publish(bool force, DateTimeOffset now, ILogger logger)
    {
        try
        {
            RandomAccess.SetLength(_handle, SizeBytes); // the lock page may be the last one, and was not written
            RandomAccess.FlushToDisk(_handle);
            var sidecars = new Sidecars(_path);
            if (force && HoldsSomething(_path))
            {
                // Before the rename: the new database beside the old one's WAL would be corrupt at its first use.
                sidecars.Delete();
                File.Move(TemporaryPath, _path, overwrite: true);
            }
            else
            {
                TakeName(sidecars, now, logger);
            }
            _ = PosixFile.FlushDirectory(Path.GetDirectoryName(_path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(_path, e);
        }
    }

    /// <summary>Removes the temporary file, if it did not become the output.</summary>
    public void Dispose()
    {
        _handle.Dispose();
        File.Delete(TemporaryPath);
    }

    private void TakeName(Sidecars sidecars, DateTimeOffset now, ILogger logger)
    {
        if (HoldsSomething(_path))
            throw Exists(_path);
        sidecars.MoveAside(now, logger);
        File.Delete(_path); // an empty file, or none
        var error = PosixFile.MoveIfAbsent(TemporaryPath, _path);
        if (error == PosixFile.Exists)
            throw Exists(_path);
        if (error != 0)
            throw Failed(_path, new IOException(Marshal.GetPInvokeErrorMessage(error), error));
    }

    private ulong SumOf(uint firstPgno, ReadOnlySpan<byte> pages)
    {
        var sum = 0UL;
        for (var pgno = firstPgno; pages.Length > 0; pgno++, pages = pages[_pageSize..])
            sum += PageSum.Of(pgno, pages[.._pageSize]);
        return sum;
    }

    private static bool HoldsSomething(string path) => new FileInfo(path) is { Exists: true, Length: > 0 };

    private static LitestreamException Exists(string path) => new(
        $"restore to {path}: the file exists", hint: "choose another output, or replace it with -force");

    /// <summary>No <see cref="StorageException"/>: the replica is not at fault, and no other plan would help.</summary>
    private static LitestreamException Failed(string path, Exception error) => new(
        $"restore to {path}: {error.Message}", error,
        error.HResult is PosixFile.NoSpace or PosixFile.QuotaExceeded ? "free space there, or choose another output" : null);
}
