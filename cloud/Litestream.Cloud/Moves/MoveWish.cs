using Litestream.Contract;
using Litestream.Fleet.Api;
using Litestream.Http;

namespace Litestream.Cloud.Moves;

/// <summary>What a request for a move says, read and checked by itself.</summary>
/// <param name="To">A host's id.</param>
/// <param name="Path">On that host; null: it decides.</param>
/// <param name="Life">Not begun after so long it is given up.</param>
internal sealed record MoveWish(Guid Tenant, string To, string? Path, TimeSpan Life)
{
    /// <summary>Throws <see cref="ProblemException"/>.</summary>
    public static MoveWish Read(MoveRequest request)
    {
        if (request.TenantId is null || request.To is null)
            throw AskedValues.Bad("tenantId names the tenant, and to the host that it goes to");
        return new(AskedValues.GuidOf(request.TenantId), AskedValues.HostOf(request.To), request.Path is null ? null : AskedValues.PathOf(request.Path), AskedValues.LifeOf(request.ExpiresInSeconds));
    }
}
