using System.Buffers.Binary;

namespace Litestream.EndToEnd.Programs;

/// <summary>A time zone for TZ in which it is just before midnight now: a day ends while the test runs, and no clock is touched.</summary>
internal static class ZoneFile
{
    private const int MinutesOfDay = 24 * 60;

    /// <summary>Midnight is at least so far away, and at most a minute more.</summary>
    private static readonly TimeSpan LeastTime = TimeSpan.FromSeconds(20);

    public static string Write(Sandbox sandbox)
    {
        var soon = DateTime.UtcNow + LeastTime;
        // Offsets are whole minutes: midnight is when the minute after the next one begins.
        var minutes = (MinutesOfDay - ((soon.Hour * 60) + soon.Minute + 1)) % MinutesOfDay;
        var bytes = new byte[44 + 6 + 4];
        "TZif"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(36), 1); // kinds of local time
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(40), 4); // bytes of their names
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(44), 60 * (minutes > MinutesOfDay / 2 ? minutes - MinutesOfDay : minutes));
        "TST\0"u8.CopyTo(bytes.AsSpan(50));
        var path = Path.Combine(sandbox.Root, "zone");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
