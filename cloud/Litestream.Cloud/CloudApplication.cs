using Litestream.Cloud.Access;
using Litestream.Cloud.Api;
using Litestream.Cloud.Configuration;
using Litestream.Cloud.Drills;
using Litestream.Cloud.Evacuations;
using Litestream.Cloud.Hosting;
using Litestream.Cloud.Moves;
using Litestream.Cloud.Replicas;
using Litestream.Cloud.Table;
using Litestream.Contract;
using Litestream.Contract.Access;
using Litestream.Contract.Changes;
using Litestream.Contract.Drills;
using Litestream.Contract.Endpoints;
using Litestream.Dashboard;
using Litestream.DynamoDb;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
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
        builder.Services.AddSingleton(_ => new ReplicaShelf(options, time));
        builder.Services.AddSingleton(services => CreateContext(services, options, time));
        if (options.Worker is { } worker)
            builder.Services.AddSingleton(services => new DrillRound(services.GetRequiredService<CloudContext>(), services.GetRequiredService<ReplicaShelf>(), worker));
        HostChoice.AddServer(builder, options, time);
        var application = builder.Build();

        var context = application.Services.GetRequiredService<CloudContext>();
        var ids = new UlidSource(time, Random.Shared);
        var replicas = application.Services.GetRequiredService<ReplicaShelf>();
        var contract = ContractOf(context, replicas);
        var audit = new AuditTrail(contract, ids);
        AddSteps(application, options, audit, context.Log);
        if (options.Worker is not null)
        {
            HealthEndpoints.Map(application, context);
            return application;
        }
        MapAll(application, context, replicas);
        RestoreEndpoints.Map(application, contract, new(contract, ids), audit);
        CommandEndpoints.Map(application, contract, new(contract, ids), audit);
        DrillEndpoints.Map(application, contract, new(contract, ids), audit);
        EvacuationEndpoints.Map(application, contract, new(contract, ids), audit);
        MoveEndpoints.Map(application, contract, new(contract, ids), audit);
        AuditEndpoints.Map(application, contract);
        return application;
    }

    private static CloudContext CreateContext(IServiceProvider services, CloudOptions options, TimeProvider time)
    {
        var (log, table) = (services.GetRequiredService<ILoggerFactory>().CreateLogger("Litestream.Cloud"), services.GetRequiredService<FleetTableClient>());
        var reads = new TableReads(table, time, log);
        var problems = new ProblemPages(reads);
        return new() { Options = options, Table = table, Reads = reads, Hosts = new(reads, time), Tenants = new(reads, problems), Problems = problems, Time = time, Log = log };
    }

    /// <summary>What changes need.</summary>
    private static ContractContext ContractOf(CloudContext context, ReplicaShelf replicas) => new()
    {
        Table = context.Table,
        Reads = context.Reads,
        Catalogue = new TableCatalogue(context.Hosts, context.Tenants),
        OpenReplica = step => replicas.Open(step.Replica!),
        ReadCoverage = async stop => FleetCoverage.Of(await DrillRound.SlicesAsync(context, stop)),
        Kinds = CommandKinds.All,
        MostBodyBytes = MostBodyBytes,
        Time = context.Time,
        Log = context.Log,
    };

    /// <summary>What only a fleet's API reads so; each resource is a file, here or in the contract's endpoints.</summary>
    private static void MapAll(IEndpointRouteBuilder routes, CloudContext context, ReplicaShelf replicas)
    {
        HealthEndpoints.Map(routes, context);
        StatusEndpoints.Map(routes, context);
        HostEndpoints.Map(routes, context);
        TenantEndpoints.Map(routes, context);
        TimelineEndpoints.Map(routes, context, replicas);
        ProblemEndpoints.Map(routes, context);
        // On Lambda it comes from where static files are served.
        if (context.Options.RuntimeApi is null)
            DashboardEndpoints.Map(routes, page => page.OpenToAll());
    }

    /// <summary>From outside to inside: whatever goes wrong is a problem document, a failing table too; then who asks, then how much.</summary>
    private static void AddSteps(WebApplication application, CloudOptions options, AuditTrail audit, ILogger log)
    {
        var gate = new AccessGate(options, audit, log);
        application.Use(next => context => ProblemDocuments.Run(context, next, (failed, error) => log.RequestFailed(failed.Request.Method, failed.Request.Path, error)));
        application.Use(next => context => HeadRequests.Run(context, next));
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
        RequestBody.Check(context.Request, MostBodyBytes) is { } problem ? throw new ProblemException(problem) : next(context);

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
