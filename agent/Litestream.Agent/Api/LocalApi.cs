using Litestream.Agent.Api.Catalogue;
using Litestream.Agent.Configuration;
using Litestream.Dashboard;
using Litestream.Fleet.Api;
using Litestream.Http;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Litestream.Agent.Api;

/// <summary>The page, the API and the metrics, on a TCP port and on the control socket in the state folder.</summary>
internal sealed class LocalApi : IAsyncDisposable
{
    /// <summary>No request of this API has more to say.</summary>
    public const int LargestBodyBytes = 16 * 1024;

    private const int MostConnections = 512;

    private readonly WebApplication _application;
    private readonly ControlSocket _socket;

    private LocalApi(WebApplication application, ControlSocket socket, int port, string address) =>
        (_application, _socket, Port, Address) = (application, socket, port, address);

    public int Port { get; }

    /// <summary>Host and port for people.</summary>
    public string Address { get; }

    /// <summary>What it serves.</summary>
    public IEnumerable<Endpoint> Endpoints => ((IEndpointRouteBuilder)_application).DataSources.SelectMany(d => d.Endpoints);

    public static async Task<LocalApi> StartAsync(AgentView agent, string stateFolder, ILoggerFactory logging)
    {
        var options = agent.Options;
        var logger = logging.CreateLogger("Litestream.Agent");
        var socket = ControlSocket.In(stateFolder);
        var application = Build(agent, socket, logging, logger);
        try
        {
            await application.StartAsync();
        }
        catch (Exception error)
        {
            await application.DisposeAsync();
            socket.Dispose();
            throw Explained(error, options) ?? error;
        }
        socket.Protect();
        if (options.Port is not { } wanted)
            return new(application, socket, 0, "");
        var port = PortOf(application, wanted);
        return new(application, socket, port, $"{options.Bind switch { null or "localhost" => "localhost", "*" => "*", var ip => Bracketed(ip) }}:{port}");
    }

    public async Task StopAsync()
    {
        // A reader of a slow answer may keep its connection; the program does not wait for it.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _application.StopAsync(limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _socket.Dispose();
    }

    private static WebApplication Build(AgentView agent, ControlSocket socket, ILoggerFactory logging, ILogger logger)
    {
        // The empty builder: neither ASPNETCORE_ variables nor an appsettings.json of whatever program lives in the working
        // directory may configure a backup agent.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddSingleton(logging);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddRoutingCore();
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, FleetJson.Default));
        builder.Services.Configure<RouteHandlerOptions>(routing => routing.ThrowOnBadRequest = true);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, agent.Options, socket));

        var application = builder.Build();
        application.Use(next => context => ProblemDocuments.Run(context, next, (failed, error) => logger.RequestFailed(failed.Request.Method, failed.Request.Path, error)));
        application.Use(next => context => HeadRequests.Run(context, next));
        var rules = new LocalWriteRules(IsLoopback(agent.Options.Bind), agent.Options.ApiToken);
        application.Use(next => context => Guard(context, next, rules));
        application.UseRouting();
        var catalogue = new LocalCatalogue(agent);
        StatusEndpoints.Map(application, agent, catalogue);
        HealthEndpoints.Map(application, agent);
        DatabaseEndpoints.Map(application, agent);
        CatalogueEndpoints.Map(application, catalogue, agent.Time);
        ChangeEndpoints.Map(application, agent, catalogue);
        MetricsEndpoint.Map(application, agent);
        DashboardEndpoints.Map(application);
        Control.ControlRoutes.Map(application, agent);
        return application;
    }

    private static void Listen(KestrelServerOptions kestrel, AgentOptions options, ControlSocket socket)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = LargestBodyBytes;
        if (options.Port is { } port)
            Listening.On(kestrel, options.Bind, port, MostConnections);
        kestrel.ListenUnixSocket(socket.ListenPath, listen => listen.Use(next => connection =>
        {
            connection.Features.Set(new ControlSocketFeature());
            return next(connection);
        }));
    }

    private static Task Guard(HttpContext context, RequestDelegate next, LocalWriteRules rules)
    {
        ResponseHeaders.Apply(context.Response);
        context.Features.Set(ChangeEndpoints.Local);
        var request = context.Request;
        var isRead = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method);
        // Whoever may open the socket (mode 0600) is the agent's own user.
        var problem = context.Features.Get<ControlSocketFeature>() is not null ? null
            : isRead ? rules.CheckRead(request.Host)
            : rules.Check(request.Host, request.Headers.Origin, request.Headers.Authorization);
        problem ??= RequestBody.Check(request, LargestBodyBytes);
        return problem is null ? next(context) : ProblemDocuments.WriteAsync(context, problem);
    }

    private static bool IsLoopback(string? bind) => bind is null || OwnMachine.IsLoopbackName(bind);

    private static string Bracketed(string address) => address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;

    private static int PortOf(WebApplication application, int wanted)
    {
        var addresses = application.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        foreach (var address in addresses)
        {
            var colon = address.LastIndexOf(':');
            if (!address.Contains("unix:", StringComparison.Ordinal) && int.TryParse(address[(colon + 1)..], out var port))
                return port;
        }
        return wanted;
    }

    private static LitestreamException? Explained(Exception error, AgentOptions options) =>
        Listening.Explain(error, options.Bind, options.Port) is var (message, hint) ? new(message, error, hint) : null;
}
