using Xunit.Abstractions;
using Xunit.Sdk;

namespace Litestream.Tests.Needs;

/// <summary>A test that is skipped where its class says so.</summary>
public sealed class ContractTestCase : XunitTestCase
{
    [Obsolete("For the deserializer.")]
    public ContractTestCase()
    {
    }

    public ContractTestCase(IMessageSink messages, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod method)
        : base(messages, display, options, method)
    {
    }

    protected override string GetSkipReason(IAttributeInfo factAttribute) => TestMethod.TestClass.Class
        .GetCustomAttributes(typeof(FactAttribute).AssemblyQualifiedName)
        .Select(need => need.GetNamedArgument<string>(nameof(FactAttribute.Skip))).FirstOrDefault(reason => reason is not null) ?? base.GetSkipReason(factAttribute);
}
