using Litestream.Agent.Tests;
using Litestream.Cloud.Tests;
using Litestream.Contract.Tests.Document;
using Litestream.EndToEnd.Programs;

namespace Litestream.Contract.Tests;

/// <summary>The document, made of both programs while they run.</summary>
internal static class ContractDocument
{
    public static async Task<string> MakeAsync()
    {
        var (fleet, host) = await ServedAsync();
        return new OpenApiText(fleet, host, DocComments.Read(Path.Combine(Repository.Root, "agent", "Litestream.Fleet"))).Write();
    }

    public static async Task<(ServedRoutes Fleet, ServedRoutes Host)> ServedAsync()
    {
        using var folder = new TestFolder();
        await using var cloud = await RunningCloud.StartAsync();
        await using var agent = await RunningAgent.StartAsync(folder);
        return (ServedRoutes.Of(cloud.Application), ServedRoutes.Of(agent.Host.Api.Endpoints));
    }
}
