using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Litestream.Agent.Interop;

namespace Litestream.Agent.Watching;

/// <summary>
/// Linux's directory events: one descriptor for all watched directories, read in batches by the one thread that calls
/// <see cref="Run"/>. <see cref="Add"/>, <see cref="Remove"/> and <see cref="Stop"/> may be called from any thread.
/// </summary>
internal sealed class Inotify : IDisposable
{
    public const uint Modified = 0x2;
    public const uint MovedFrom = 0x40;
    public const uint MovedTo = 0x80;
    public const uint Created = 0x100;
    public const uint Deleted = 0x200;
    public const uint DirectoryDeleted = 0x400;
    public const uint DirectoryMoved = 0x800;
    public const uint Unmounted = 0x2000;
    public const uint Overflow = 0x4000;
    public const uint Ignored = 0x8000;
    public const uint OfDirectory = 0x40000000;
    private const uint OnlyDirectories = 0x1000000;
    private const uint Wanted = Modified | MovedFrom | MovedTo | Created | Deleted | DirectoryDeleted | DirectoryMoved | OnlyDirectories;

    private const int EventHeaderBytes = 16;
    private const int BufferBytes = 64 * 1024;
    private const int LongestName = 255;

    private readonly int _descriptor;
    private readonly int _stop;

    private Inotify(int descriptor, int stop) => (_descriptor, _stop) = (descriptor, stop);

    /// <summary>One event: the watch it belongs to (-1: the queue overflowed), what happened, and the name in the directory.</summary>
    public delegate void EventHandler(int watch, uint mask, ReadOnlySpan<char> name);

    /// <summary>Null, and why, when the system has none or has run out of them.</summary>
    public static Inotify? TryOpen(out string? problem)
    {
        problem = null;
        if (!OperatingSystem.IsLinux())
        {
            problem = "this system has no inotify";
            return null;
        }
        var descriptor = Libc.InotifyInit(Libc.CloseOnExec);
        if (descriptor < 0)
        {
            problem = Marshal.GetLastPInvokeError() == Libc.ErrorTooManyFiles
                ? "inotify instances are used up (raise fs.inotify.max_user_instances)"
                : $"inotify cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}";
            return null;
        }
        return new(descriptor, Libc.EventDescriptor(0, Libc.CloseOnExec));
    }

    /// <summary>Watches a directory. Below zero when it cannot be, and why.</summary>
    public int Add(string directory, out string? problem)
    {
        var watch = Libc.InotifyAddWatch(_descriptor, directory, Wanted);
        problem = watch >= 0 ? null : Marshal.GetLastPInvokeError() switch
        {
            Libc.ErrorNoSpace => "inotify watches are used up (raise fs.inotify.max_user_watches)",
            _ => Marshal.GetLastPInvokeErrorMessage(),
        };
        return watch;
    }

    /// <summary>Ends a watch; one that is gone already is no error.</summary>
    public void Remove(int watch) => _ = Libc.InotifyRemoveWatch(_descriptor, watch);

    /// <summary>Reads events until <see cref="Stop"/>. Must not be called twice. The handler must not throw.</summary>
    public unsafe void Run(EventHandler handle)
    {
        var buffer = (byte*)NativeMemory.Alloc(BufferBytes);
        var pause = new BatchPause();
        try
        {
            while (WaitForEvents())
            {
                var length = Libc.Read(_descriptor, buffer, BufferBytes);
                if (length <= 0)
                    continue;
                var events = Dispatch(new ReadOnlySpan<byte>(buffer, (int)length), handle);
                var wait = pause.After(Stopwatch.GetElapsedTime(0), events);
                // A full buffer: more is waiting, and the kernel's queue has an end.
                if (wait > TimeSpan.Zero && length < BufferBytes - EventHeaderBytes - LongestName - 1)
                    Thread.Sleep(wait);
            }
        }
        finally
        {
            NativeMemory.Free(buffer);
        }
    }

    /// <summary>Makes <see cref="Run"/> return.</summary>
    public unsafe void Stop()
    {
        ulong one = 1;
        _ = Libc.Write(_stop, (byte*)&one, sizeof(ulong));
    }

    public void Dispose()
    {
        _ = Libc.Close(_descriptor);
        _ = Libc.Close(_stop);
    }

    private unsafe bool WaitForEvents()
    {
        var descriptors = stackalloc Libc.PollDescriptor[2];
        descriptors[0] = new() { Descriptor = _descriptor, Wanted = Libc.PollIn };
        descriptors[1] = new() { Descriptor = _stop, Wanted = Libc.PollIn };
        // Interrupted: ask again.
        while (Libc.Poll(descriptors, 2, -1) < 0 && Marshal.GetLastPInvokeError() == Libc.ErrorInterrupted) { }
        return descriptors[1].Seen == 0;
    }

    /// <summary>struct inotify_event: watch (4), mask (4), cookie (4), length of name (4), name padded with zeros; machine byte order.</summary>
    private static int Dispatch(ReadOnlySpan<byte> batch, EventHandler handle)
    {
        Span<char> name = stackalloc char[LongestName];
        var count = 0;
        while (batch.Length >= EventHeaderBytes)
        {
            var watch = BinaryPrimitives.ReadInt32LittleEndian(batch);
            var mask = BinaryPrimitives.ReadUInt32LittleEndian(batch[4..]);
            var nameBytes = (int)BinaryPrimitives.ReadUInt32LittleEndian(batch[12..]);
            var padded = batch.Slice(EventHeaderBytes, nameBytes);
            var end = padded.IndexOf((byte)0);
            var utf8 = end >= 0 ? padded[..end] : padded;
            // Bytes that are no UTF-8 become U+FFFD: such a name is no tenant's.
            var length = utf8.Length <= LongestName ? Encoding.UTF8.GetChars(utf8, name) : 0;
            handle(watch, mask, name[..length]);
            batch = batch[(EventHeaderBytes + nameBytes)..];
            count++;
        }
        return count;
    }
}
