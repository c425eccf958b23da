using System.Globalization;
using System.Runtime.InteropServices;
using Litestream.Sqlite;
using Litestream.Storage;
using Microsoft.Extensions.Logging;

namespace Litestream.Restore;

/// <summary>The files SQLite keeps beside a database. One that is left over would be applied to whatever database is put there.</summary>
internal readonly record struct Sidecars(string DatabasePath)
{
    private static readonly string[] Suffixes = ["-wal", "-shm", "-journal"];

    private IEnumerable<string> Existing
    {
        get
        {
            var path = DatabasePath;
            return Suffixes.Select(suffix => path + suffix).Where(File.Exists);
        }
    }

    /// <summary>The name of something else in one of their places, a directory for instance; null as a rule.</summary>
    public string? FirstThatIsNoFile
    {
        get
        {
            var path = DatabasePath;
            return Suffixes.Select(suffix => path + suffix).FirstOrDefault(p => FileStat.Of(p) is { IsRegular: false });
        }
    }

    /// <summary>They go with the database that is being replaced.</summary>
    public void Delete()
    {
        foreach (var path in Existing)
            File.Delete(path);
    }

    /// <summary>Their database is gone, but what they hold may be all that is left of it: <c>x.db-wal.stale-20261120T120000Z</c>.</summary>
    public void MoveAside(DateTimeOffset now, ILogger logger)
    {
        var mark = now.UtcDateTime.ToString("'.stale-'yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        foreach (var path in Existing)
        {
            var error = PosixFile.MoveIfAbsent(path, path + mark);
            if (error != 0)
                throw new IOException($"move {path} aside to {path + mark}: {Marshal.GetPInvokeErrorMessage(error)}", error);
            logger.MovedAside(path, path + mark);
        }
    }
}
