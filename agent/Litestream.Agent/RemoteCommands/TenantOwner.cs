using Litestream.DynamoDb;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Agent.RemoteCommands;

/// <summary>Whose a tenant is, as the table says.</summary>
internal sealed class TenantOwner(string hostId, FleetTableClient table)
{
    /// <summary>Null when it is this host's, or nobody's. Throws <see cref="RemoteCommandException"/> when it cannot be found out.</summary>
    public async Task<string?> FindOtherAsync(Guid tenant, CancellationToken cancellationToken)
    {
        try
        {
            return await table.FindAsync(FleetKeys.Tenant(tenant), cancellationToken) is { } item && TenantItem.Read(item).HostId is { } owner && owner != hostId ? owner : null;
        }
        catch (Exception error) when (error is FleetTableException or MalformedItemException)
        {
            throw new RemoteCommandException(CommandErrors.Other, $"whose {tenant} is cannot be found out now: {error.Message}; ask again");
        }
    }
}
