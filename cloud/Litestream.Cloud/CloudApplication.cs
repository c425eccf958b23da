using Litestream.Cloud.Access;
using Litestream.Cloud.Api;
using Litestream.Cloud.Changes;
using Litestream.Cloud.Configuration;
using Litestream.Cloud.Hosting;
using Litestream.Cloud.Replicas;
using Litestream.Cloud.Table;
using Litestream.DynamoDb;
using Litestream.Fleet.Api;
using Litestream.Fleet.Table;
using Litestream.Http;

namespace Litestream.Cloud;

/// <summary>The application, whoever serves it: what each request passes, and all its addresses.</summary>
internal static class CloudApplication
{
    /// <summary>A list of a few thousand tenants fits; nothing here is larger.</summary>
    public const int MostBodyBytes = 256 * 1024;

    /// <summary>Three tries and their pauses stay below what a gateway waits.</summary>
    private static readonly TimeSpan TableLimit = TimeSpan.FromSeconds(5);

    public static WebApplication Build(CloudOptions options, TimeProvider time)
    {
        // The empty builder: neither ASPNETCORE_ variables nor an appsettings.json of the working directory may configure who can restore what.
        var builder = WebApplication.CreateEmptyBuilder(new());
        AddLogging(builder, options);
        builder.Services.AddRoutingCore();
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, FleetJson.Default));
        builder.Services.Configure<RouteHandlerOptions>(routing => routing.ThrowOnBadRequest = true);
        builder.Services.AddSingleton(_ => new FleetTableClient(options.Table, TableLimit, options.TableAccess, time));
        HostChoice.AddServer(builder, options, time);
        var application = builder.Build();

        var log = application.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Litestream.Cloud");
        var table = application.Services.GetRequiredService<FleetTableClient>();
        var reads = new TableReads(table, time, log);
        var context = new CloudContext { Options = options, Table = table, Reads = reads, Hosts = new(reads, time), Tenants = new(reads), Time = time, Log = log };
        AddSteps(application, options, log);
        MapAll(application, context);
        return application;
    }

    /// <summary>Every address; each resource is a file.</summary>
    private static void MapAll(IEndpointRouteBuilder routes, CloudContext context)
    {
        var ids = new UlidSource(context.Time, Random.Shared);
        var (changes, audit) = (new ChangeRequests(context, ids), new AuditTrail(context, ids));
        var replicas = new ReplicaShelf(context.Options, context.Time);
        HealthEndpoints.Map(routes, context);
        StatusEndpoints.Map(routes, context);
        HostEndpoints.Map(routes, context);
        TenantEndpoints.Map(routes, context);
        RestoreEndpoints.Map(routes, context, changes, audit, replicas);
        CommandEndpoints.Map(routes, context, changes, audit);
        TimelineEndpoints.Map(routes, context, replicas);
        ProblemEndpoints.Map(routes, context);
        AuditEndpoints.Map(routes, context);
    }

    /// <summary>From outside to inside: whatever goes wrong is a problem document, a failing table too; then who asks, then how much.</summary>
    private static void AddSteps(WebApplication application, CloudOptions options, ILogger log)
    {
        var gate = new AccessGate(options, log);
        application.Use(next => context => ProblemDocuments.Run(context, next, (failed, error) => log.RequestFailed(failed.Request.Method, failed.Request.Path, error)));
        application.Use(next => context => TableTrouble.RunAsync(context, next, log));
        application.Use(next => context =>
        {
            ResponseHeaders.Apply(context.Response);
            return next(context);
        });
        application.UseRouting();
        application.Use(next => context => gate.CheckAsync(context, next));
        application.Use(next => context => LimitBody(context, next));
    }

    /// <summary>Kestrel counts what comes without a length; a gateway's event has one always.</summary>
    private static Task LimitBody(HttpContext context, RequestDelegate next) =>
        context.Request.ContentLength is > MostBodyBytes ? throw new ProblemException(RequestProblems.BodyTooLarge(MostBodyBytes)) : next(context);

    private static void AddLogging(WebApplicationBuilder builder, CloudOptions options)
    {
        builder.Logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning);
        if (options.RuntimeApi is not null)
            builder.Logging.AddJsonConsole(json => json.UseUtcTimestamp = true); // a line is an event of CloudWatch
        else
            builder.Logging.AddSimpleConsole(text => (text.SingleLine, text.TimestampFormat) = (true, "yyyy-MM-dd HH:mm:ss.fff "));
        // Standard output is for what a program reads.
        builder.Logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
