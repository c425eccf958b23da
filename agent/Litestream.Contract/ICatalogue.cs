using Litestream.Fleet.Items;

namespace Litestream.Contract;

/// <summary>Which hosts and tenants there are: in the table of a fleet, or on the one host that answers.</summary>
internal interface ICatalogue
{
    /// <summary>What is not there is not in the answer.</summary>
    Task<IReadOnlyDictionary<Guid, TenantRecord>> FindTenantsAsync(IEnumerable<Guid> tenants, CancellationToken cancellationToken);

    /// <summary>The same, and those that are gone and can be restored all the same.</summary>
    Task<IReadOnlyDictionary<Guid, TenantRecord>> FindRestorableAsync(IEnumerable<Guid> tenants, CancellationToken cancellationToken);

    /// <summary>As it is now; null when there is no such host.</summary>
    Task<HostDigest?> FindHostAsync(string hostId, CancellationToken cancellationToken);

    /// <summary>Those of them that there are, by id.</summary>
    Task<IReadOnlyDictionary<string, HostDigest>> FindHostsAsync(IEnumerable<string> hostIds, CancellationToken cancellationToken);

    /// <summary>The first of a host's tenants, in the order of their GUIDs.</summary>
    Task<IReadOnlyList<Guid>> TenantsOfAsync(string hostId, int most, CancellationToken cancellationToken);
}
