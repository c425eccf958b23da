using System.Globalization;
using Litestream.Sqlite;
using Litestream.Storage;

namespace Litestream.Replication;

/// <summary>
/// Whether opening a database leaves its owner able to: SQLite creates <c>-wal</c> and <c>-shm</c> as the one who opens first. Safe for the
/// owner, and for root while it may give files away.
/// </summary>
internal static class Ownership
{
    private const ulong CapChown = 1;

    private static readonly uint Self = PosixFile.EffectiveUser();
    private static readonly bool CanGiveAway = Self == 0 && HasCapability(CapChown);

    public static bool IsSafeToOpen(FileStat database) => database.Uid == Self || CanGiveAway;

    private static bool HasCapability(ulong bit)
    {
        const string field = "CapEff:";
        try
        {
            var line = File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith(field, StringComparison.Ordinal));
            return line is null || (ulong.Parse(line.AsSpan(field.Length).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) & bit) != 0;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
