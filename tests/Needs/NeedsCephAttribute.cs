using Litestream.Tests.Servers;

namespace Litestream.Tests.Needs;

/// <summary>A real object store. On a class: for all the tests that it inherits by <c>[ContractFact]</c>.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
internal sealed class NeedsCephAttribute : FactAttribute
{
    public NeedsCephAttribute() => Skip = Need.SkipReason("ceph", CephServer.IsWanted, "set LITESTREAM_TEST_S3=ceph (Debian on x64, root, apt-get, 1 GB of disk)");
}
