using System.Net;
using System.Net.Sockets;
using Litestream.Agent.Configuration;
using Litestream.Fleet.Api;
using Litestream.Http;
using Microsoft.AspNetCore.Connections;
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
        var rules = new LocalWriteRules(IsLoopback(agent.Options.Bind), agent.Options.ApiToken);
        application.Use(next => context => Guard(context, next, rules));
        application.UseRouting();
        StatusEndpoints.Map(application, agent);
        HealthEndpoints.Map(application, agent);
        DatabaseEndpoints.Map(application, agent);
        MetricsEndpoint.Map(application, agent);
        PageEndpoints.Map(application);
        Control.ControlRoutes.Map(application, agent);
        return application;
    }

    private static void Listen(KestrelServerOptions kestrel, AgentOptions options, ControlSocket socket)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = LargestBodyBytes;
        kestrel.Limits.MaxConcurrentConnections = MostConnections;
        if (options.Port is { } port)
            ListenOn(kestrel, options.Bind, port);
        kestrel.ListenUnixSocket(socket.ListenPath, listen => listen.Use(next => connection =>
        {
            connection.Features.Set(new ControlSocketFeature());
            return next(connection);
        }));
    }

    private static void ListenOn(KestrelServerOptions kestrel, string? bind, int port)
    {
        if (bind is "*")
            kestrel.ListenAnyIP(port);
        else if (bind is not (null or "localhost"))
            kestrel.Listen(IPAddress.Parse(bind), port);
        else if (port == 0)
            kestrel.Listen(IPAddress.Loopback, 0); // a free port cannot be the same one for IPv4 and IPv6
        else
            kestrel.ListenLocalhost(port);
    }

    private static Task Guard(HttpContext context, RequestDelegate next, LocalWriteRules rules)
    {
        ResponseHeaders.Apply(context.Response);
        var request = context.Request;
        var isRead = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method);
        // Whoever may open the socket (mode 0600) is the agent's own user.
        var isTrusted = isRead || context.Features.Get<ControlSocketFeature>() is not null;
        var problem = isTrusted ? null : rules.Check(request.Host, request.Headers.Origin, request.Headers.Authorization);
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

    private static LitestreamException? Explained(Exception error, AgentOptions options)
    {
        var where = $"port {options.Port} of {options.Bind ?? "localhost"}";
        if (error is AddressInUseException || error.InnerException is AddressInUseException)
            return new($"{where} is taken by another program", error, $"choose another with -port, or see who has it: ss -ltnp 'sport = :{options.Port}'");
        return (error as SocketException ?? error.InnerException as SocketException)?.SocketErrorCode switch
        {
            SocketError.AccessDenied => new($"{where} may not be opened by user {Environment.UserName}", error, "choose a port above 1023 with -port"),
            SocketError.AddressNotAvailable => new($"this machine has no address {options.Bind}", error, "choose one of its own addresses with -bind"),
            { } other => new($"cannot listen on {where}: {other}", error),
            _ => null,
        };
    }
}
