using Xunit.Sdk;

namespace Litestream.Tests.Needs;

/// <summary>A test of a base class that a derived class may have to skip as a whole, because of what the machine lacks.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Litestream.Tests.Needs.ContractFactDiscoverer", "Litestream.Core.Tests")]
public sealed class ContractFactAttribute : FactAttribute;
