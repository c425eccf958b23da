using System.Net;
using Litestream.Core.Tests.Replication;
using Litestream.Hosting;
using Litestream.Tests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Litestream.Core.Tests.Hosting;

/// <summary>AddLitestream in a host of its own; whoever writes to the databases is another process.</summary>
public sealed class HostingTests
{
    private const string Name = ReplicatedFolder.Name;
    private const string Other = "orders";

    [Fact]
    public async Task A_service_that_takes_the_database_before_it_is_open_is_told_what_to_do()
    {
        await using var folder = new ReplicatedFolder();
        await using (var application = Build(folder, more: s => s.AddHostedService<Early>()))
        {
            var error = await Assert.ThrowsAsync<InvalidOperationException>(() => application.StartAsync());
            Assert.Contains("takes LitestreamHost instead", error.Message, StringComparison.Ordinal);
            Assert.Contains("GetRequiredService<LitestreamHost>().OpenAsync()", error.Message, StringComparison.Ordinal);
        }
        // As it says: opened before.
        await using (var application = Build(folder, more: s => s.AddHostedService<Early>()))
        {
            await application.Services.GetRequiredService<LitestreamHost>().OpenAsync();
            await application.StartAsync();
            await application.StopAsync();
        }
        // Or looked up when it runs.
        await using (var application = Build(folder, more: s => s.AddHostedService<Late>()))
        {
            await application.StartAsync();
            await application.StopAsync();
        }
    }

    [Fact]
    public async Task Each_database_is_injected_by_its_name_and_the_first_without_one()
    {
        await using var folder = new ReplicatedFolder();
        await using var application = Build(folder, o => o.Databases.Add(folder.PathOf(Other)));
        await application.StartAsync();
        var host = application.Services.GetRequiredService<LitestreamHost>();
        Assert.Equal([Name, Other], host.Databases.Select(d => d.Name));
        Assert.Same(host.Databases[0], application.Services.GetRequiredService<Database>());
        Assert.Same(host.Databases[0], application.Services.GetRequiredKeyedService<Database>(Name));
        Assert.Same(host.Databases[1], application.Services.GetRequiredKeyedService<Database>(Other));
        Assert.Contains("\"order\"", Assert.Throws<InvalidOperationException>(() => application.Services.GetRequiredKeyedService<Database>("order")).Message, StringComparison.Ordinal);
        Assert.Same(host.Databases[1], ActivatorUtilities.CreateInstance<Ordering>(application.Services).Database);
        // A second call changes nothing.
        await host.OpenAsync();
        Assert.Equal(2, host.Databases.Count);
        await application.StopAsync();
    }

    [Theory]
    [InlineData(HealthStatus.Degraded, HttpStatusCode.OK)]
    [InlineData(HealthStatus.Unhealthy, HttpStatusCode.ServiceUnavailable)]
    public async Task Trouble_counts_as_what_the_registration_says(HealthStatus failure, HttpStatusCode answer)
    {
        await using var folder = new ReplicatedFolder();
        await using var application = Build(folder, health: h => h.AddLitestream(failureStatus: failure));
        Assert.Equal(failure, (await HealthOf(application)).Status); // not open yet
        await application.StartAsync();
        using var client = new HttpClient { BaseAddress = new(application.Urls.First()) };
        // There is nothing yet, and that is well.
        Assert.Equal("Healthy", await client.GetStringAsync("/health"));
        using var writer = folder.NewTenant();
        await WaitForAsync(application, r => r.Status == HealthStatus.Healthy && r.Data[Name].ToString()!.StartsWith("Active", StringComparison.Ordinal));

        var database = application.Services.GetRequiredService<Database>();
        await database.SyncAsync(default);
        var blocked = new BlockedFolder(folder.LevelOf(Name, "0"));
        writer.Sql("INSERT INTO t (v) VALUES ('refused')");
        var trouble = await WaitForAsync(application, r => r.Status == failure);
        Assert.NotEmpty(trouble.Description!);
        using (var response = await client.GetAsync("/health"))
            Assert.Equal((answer, failure.ToString()), (response.StatusCode, await response.Content.ReadAsStringAsync()));

        blocked.Unblock();
        await WaitForAsync(application, r => r.Status == HealthStatus.Healthy);
        database.Pause();
        await WaitForAsync(application, r => r.Status == HealthStatus.Degraded && r.Description!.Contains("paused", StringComparison.Ordinal));
        database.Resume();
        await WaitForAsync(application, r => r.Status == HealthStatus.Healthy);
        await application.StopAsync();
    }

    [Fact]
    public async Task A_replica_that_is_later_than_the_limit_is_degraded_whatever_trouble_counts_as()
    {
        await using var server = await S3Server.StartAsync("backups");
        await using var folder = new ReplicatedFolder();
        await using var application = Build(folder, o =>
        {
            o.Replicas.Clear();
            o.Replicas.Add(server.Url("backups/app"));
            o.Access = Access;
            o.LagLimit = TimeSpan.FromMilliseconds(300);
        }, h => h.AddLitestream(failureStatus: HealthStatus.Unhealthy));
        await application.StartAsync();
        using var writer = folder.NewTenant();
        await WaitForAsync(application, r => r.Status == HealthStatus.Healthy && r.Data[Name].ToString()!.StartsWith("Active", StringComparison.Ordinal));
        await application.Services.GetRequiredService<Database>().SyncAsync(default);
        // Slow, not failing.
        using var door = new ManualResetEventSlim();
        server.Fault = request =>
        {
            if (request.Method == "PUT")
                door.Wait(TimeSpan.FromSeconds(60));
            return S3ServerFault.None;
        };
        writer.Sql("INSERT INTO t (v) VALUES ('late')");
        var late = await WaitForAsync(application, r => r.Status != HealthStatus.Healthy);
        Assert.Equal(HealthStatus.Degraded, late.Status);
        Assert.Contains("lag ", late.Data[Name].ToString(), StringComparison.Ordinal);
        door.Set();
        await WaitForAsync(application, r => r.Status == HealthStatus.Healthy);
        await application.StopAsync();
    }

    /// <summary>The application's own services took all of the host's time: the last sync has its own.</summary>
    [Fact]
    public async Task The_last_sync_is_made_when_the_hosts_time_is_over_already()
    {
        await using var server = await S3Server.StartAsync("backups");
        await using var folder = new ReplicatedFolder { RootAt = Litestream.Storage.ReplicaRoot.Parse(server.Url("backups/app"), Access) };
        await using (var application = Build(folder, o =>
        {
            o.Replicas.Clear();
            o.Replicas.Add(server.Url("backups/app"));
            o.Access = Access;
            o.SyncInterval = TimeSpan.FromMinutes(1);
        }, more: s => s.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromMilliseconds(1)).AddHostedService<Slow>()))
        {
            await application.StartAsync();
            using var writer = folder.NewTenant();
            await application.Services.GetRequiredService<Database>().SyncAsync(default);
            server.Fault = request =>
            {
                Thread.Sleep(request.Method == "PUT" ? 500 : 0);
                return S3ServerFault.None;
            };
            writer.Sql("INSERT INTO t (v) VALUES ('the last one')");
            await Record.ExceptionAsync(() => application.StopAsync());
        }
        server.Fault = _ => S3ServerFault.None;
        Assert.Equal("the last one", ReplicatedFolder.Scalar(await folder.RestoreAsync(Name), "SELECT v FROM t ORDER BY id DESC LIMIT 1"));
    }

    private static Litestream.Storage.ReplicaAccess Access => new() { AccessKeyId = S3Server.AccessKeyId, SecretAccessKey = S3Server.SecretAccessKey };

    private static WebApplication Build(
        ReplicatedFolder folder, Action<LitestreamOptions>? options = null, Action<IHealthChecksBuilder>? health = null, Action<IServiceCollection>? more = null)
    {
        SqliteForTests.Choose();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddLitestream(o =>
        {
            o.Databases.Add(folder.PathOf(Name));
            o.Replicas.Add(folder.Backups);
            o.StateDirectory = folder.State;
            o.SyncInterval = TimeSpan.FromMilliseconds(50);
            options?.Invoke(o);
        });
        var checks = builder.Services.AddHealthChecks();
        (health ?? (h => h.AddLitestream()))(checks);
        more?.Invoke(builder.Services);
        var application = builder.Build();
        application.Urls.Add("http://127.0.0.1:0");
        application.MapHealthChecks("/health");
        return application;
    }

    private static async Task<HealthReportEntry> HealthOf(WebApplication application) =>
        (await application.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["litestream"];

    private static async Task<HealthReportEntry> WaitForAsync(WebApplication application, Predicate<HealthReportEntry> condition)
    {
        var entry = default(HealthReportEntry);
        await ReplicatedFolder.WaitAsync(() => condition(entry = HealthOf(application).GetAwaiter().GetResult()), "health");
        return entry;
    }

    private sealed class Early(Database database) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.FromResult(database.Snapshot());
    }

    private sealed class Late(LitestreamHost host) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.FromResult(host.Databases[0].Snapshot());

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class Ordering([FromKeyedServices(Other)] Database database)
    {
        public Database Database => database;
    }

    /// <summary>Takes as long to stop as the host lets it.</summary>
    private sealed class Slow : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(_ => { }, TaskScheduler.Default);
    }
}
