using Litestream.Agent.Watching;
using Litestream.Http;

namespace Litestream.Agent.Api;

internal static class ClientLookup
{
    /// <summary>The database that an address names: a GUID in any case, or the name of a <c>-dsn</c>. O(1).</summary>
    public static Database Find(Stores stores, string id)
    {
        if (TenantFiles.TryParseGuid(id, out var guid))
            return stores.Find(guid) ?? throw new ProblemException(Problems.UnknownClient(guid));
        return stores.Find(id) ?? throw new ProblemException(RequestProblems.BadGuid());
    }
}
