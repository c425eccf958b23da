using System.Globalization;
using Litestream.Sqlite;

namespace Litestream.Replication;

/// <summary>Books that could not be used: kept beside, for a person.</summary>
/// <param name="Path">Where they are now.</param>
/// <param name="Why">Goes on a sentence that begins with "the books".</param>
internal sealed record SetAsideBooks(string Path, string Why)
{
    public static SetAsideBooks Move(string path, string word, string why)
    {
        var aside = $"{path}.{word}-{DateTimeOffset.UtcNow.ToString("yyyyMMddTHHmmssZ", CultureInfo.InvariantCulture)}";
        File.Move(path, aside);
        File.Delete(DatabaseFiles.WalOf(path));
        File.Delete(DatabaseFiles.ShmOf(path));
        return new(aside, why);
    }
}
