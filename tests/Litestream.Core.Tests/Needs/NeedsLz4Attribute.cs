using Litestream.Core.Tests.Ltx;
using Litestream.Tests.Needs;

namespace Litestream.Core.Tests.Needs;

/// <summary>The reference implementation of LZ4 as a library of the system.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsLz4Attribute : FactAttribute
{
    public NeedsLz4Attribute() => Skip = Need.SkipReason("lz4", LibLz4.IsPresent, "install liblz4.so.1 (Debian: liblz4-1)");
}
