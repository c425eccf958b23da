using Amazon.CDK;
using Litestream.Infra.Stacks;

namespace Litestream.Infra;

/// <summary>The stacks of one fleet: what must never be lost, and what can be made anew at any time.</summary>
internal static class Fleet
{
    public static void Describe(App app, Settings settings)
    {
        var data = new DataStack(app, settings);
        _ = new ServiceStack(app, settings, data);
        Tags.Of(app).Add("litestream:stage", settings.Stage);
    }
}
