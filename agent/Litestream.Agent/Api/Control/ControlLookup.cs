using Litestream.Agent.Configuration;
using Litestream.Agent.Watching;

namespace Litestream.Agent.Api.Control;

internal static class ControlLookup
{
    private const int LongestPath = 4096;

    /// <summary>The database that a path, a GUID or a name means; null when this agent does not have it. Throws when it is none of them.</summary>
    public static Database? Find(Stores stores, string? named)
    {
        if (string.IsNullOrWhiteSpace(named))
            throw ControlException.BadRequest("path required");
        if (named.Length > LongestPath || named.AsSpan().ContainsAnyInRange('\0', '\x1f'))
            throw ControlException.BadRequest("invalid path", $"at most {LongestPath} characters, without control characters");
        if (!Path.IsPathRooted(named))
            return stores.Find(TenantFiles.TryParseGuid(named, out var guid) ? guid : named);
        var full = Path.GetFullPath(named);
        // SQLite keeps the WAL beside the file itself, so that is what is registered where the path is a link.
        return At(stores, full) ?? (SingleDatabase.Target(full) is var target && target != full ? At(stores, target) : null);
    }

    private static Database? At(Stores stores, string path) => stores.Databases.FirstOrDefault(d => d.Path == path);
}
