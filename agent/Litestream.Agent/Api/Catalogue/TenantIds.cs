using System.Security.Cryptography;
using System.Text;
using Litestream.Fleet.Table;

namespace Litestream.Agent.Api.Catalogue;

/// <summary>
/// What a database is called where tenants are: its GUID if that is its name, else one that is made of the name (version 8, of SHA-256), the same on every
/// host and in every run. A fleet knows only the former.
/// </summary>
internal static class TenantIds
{
    private const string Seed = "litestream database ";

    public static Guid Of(string name) => Guid.TryParseExact(name, "d", out var guid) && name == FleetKeys.TextOf(guid) ? guid : Made(name);

    public static string TextOf(Database database) => FleetKeys.TextOf(Of(database.Name));

    /// <summary>Its name is no GUID.</summary>
    public static bool IsMade(string name, Guid id) => name != FleetKeys.TextOf(id);

    /// <summary>The database of a GUID; null when there is none. Of those whose name is none all are asked.</summary>
    public static Database? Find(Stores stores, Guid id) => stores.Find(FleetKeys.TextOf(id)) ?? (id.Version == 8 ? stores.Databases.FirstOrDefault(d => Of(d.Name) == id) : null);

    /// <summary>The database that has a name, or a GUID as its name says it.</summary>
    public static Database? Find(Stores stores, string name) => stores.Find(name) ?? (Guid.TryParseExact(name, "d", out var id) ? Find(stores, id) : null);

    private static Guid Made(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(Seed + name), hash);
        hash[6] = (byte)((hash[6] & 0x0f) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new(hash[..16], bigEndian: true);
    }
}
