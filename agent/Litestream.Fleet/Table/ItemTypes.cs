namespace Litestream.Fleet.Table;

/// <summary>The closed list of the attribute <see cref="FleetTable.Type"/>: what an item is, for people and for streams; the key says it, too.</summary>
public static class ItemTypes
{
    public const string Host = "host";
    public const string Tenant = "tenant";
    public const string Command = "command";
    public const string Job = "job";
    public const string Proof = "proof";
    public const string Look = "look";
    public const string Slice = "slice";
    public const string Audit = "audit";
    public const string Request = "request";
}
