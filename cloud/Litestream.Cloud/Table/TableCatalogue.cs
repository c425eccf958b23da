using Litestream.Contract;
using Litestream.Fleet.Items;

namespace Litestream.Cloud.Table;

/// <summary>Hosts and tenants as the fleet's table has them.</summary>
internal sealed class TableCatalogue(HostDigests hosts, TenantPages tenants) : ICatalogue
{
    public Task<IReadOnlyDictionary<Guid, TenantRecord>> FindTenantsAsync(IEnumerable<Guid> wanted, CancellationToken cancellationToken) => tenants.FindAsync(wanted, cancellationToken);

    /// <summary>The table forgets none.</summary>
    public Task<IReadOnlyDictionary<Guid, TenantRecord>> FindRestorableAsync(IEnumerable<Guid> wanted, CancellationToken cancellationToken) => tenants.FindAsync(wanted, cancellationToken);

    public Task<HostDigest?> FindHostAsync(string hostId, CancellationToken cancellationToken) => hosts.FindAsync(hostId, cancellationToken);

    public Task<IReadOnlyDictionary<string, HostDigest>> FindHostsAsync(IEnumerable<string> hostIds, CancellationToken cancellationToken) => hosts.FindAsync(hostIds, cancellationToken);

    public Task<IReadOnlyList<Guid>> TenantsOfAsync(string hostId, int most, CancellationToken cancellationToken) => tenants.GuidsOfHostAsync(hostId, most, cancellationToken);
}
