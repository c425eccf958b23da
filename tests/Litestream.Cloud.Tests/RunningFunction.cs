using Litestream.Cloud.Access;
using Litestream.Tests.Servers;
using Microsoft.AspNetCore.Builder;

namespace Litestream.Cloud.Tests;

/// <summary>The API as a function, over a table of the tests.</summary>
internal sealed class RunningFunction : IAsyncDisposable
{
    private RunningFunction(WebApplication application, TableServer table) => (Application, Table) = (application, table);

    public WebApplication Application { get; }

    public TableServer Table { get; }

    public static async Task<RunningFunction> StartAsync(LambdaRuntime lambda, string scopePrefix = "")
    {
        var table = await FleetItems.StartTableAsync();
        var application = CloudApplication.Build(RunningCloud.Options(table) with { Access = AccessKind.Claims, Port = null, RuntimeApi = lambda.Address, ScopePrefix = scopePrefix }, TimeProvider.System);
        await application.StartAsync();
        return new(application, table);
    }

    public async ValueTask DisposeAsync()
    {
        await Application.StopAsync();
        await Application.DisposeAsync();
        await Table.DisposeAsync();
    }
}
