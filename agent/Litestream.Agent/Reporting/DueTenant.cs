namespace Litestream.Agent.Reporting;

/// <summary>A tenant of which something is to be written.</summary>
/// <param name="Tenant">Which.</param>
/// <param name="Database">As it was seen; null when it is not on this host any more.</param>
/// <param name="Since">When its state became what it is.</param>
/// <param name="IsFirst">Nothing of it was written by this run: what the table knows may be from another.</param>
internal sealed record DueTenant(Guid Tenant, DatabaseSnapshot? Database, DateTimeOffset Since, bool IsFirst = false);
