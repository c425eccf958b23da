using Litestream.Cloud.Configuration;
using Litestream.Cloud.Drills;
using Litestream.Cloud.Lambda;
using Microsoft.AspNetCore.Hosting.Server;
#if AWS_LAMBDA_HOSTING
using System.Runtime.InteropServices;
using Amazon.Lambda.Serialization.SystemTextJson;
#endif

namespace Litestream.Cloud.Hosting;

/// <summary>
/// Where this program runs, decided here and known nowhere else: on Lambda behind our server for its Runtime API (or AWS's package, when built with
/// <c>AwsLambdaHosting=true</c>), anywhere else on Kestrel.
/// </summary>
internal static class HostChoice
{
    private static readonly TimeSpan LongestReport = TimeSpan.FromSeconds(2);

    public static void AddServer(WebApplicationBuilder builder, CloudOptions options, TimeProvider time)
    {
        if (options.RuntimeApi is not { } address)
        {
            KestrelChoice.Add(builder, options);
            if (options.Worker is { } worker)
                builder.Services.AddHostedService(services => new WorkerLoop(services.GetRequiredService<DrillRound>(), worker, time, Log(services)));
            return;
        }
        if (options.Worker is not null)
        {
            builder.Services.AddSingleton<IServer>(services => new WorkerServer(
                new(address), services.GetRequiredService<DrillRound>(), new(services.GetRequiredService<CloudContext>(), Console.Out), services.GetRequiredService<IHostApplicationLifetime>(), Log(services)));
            return;
        }
#if AWS_LAMBDA_HOSTING
        builder.Services.AddAWSLambdaHosting(LambdaEventSource.HttpApi, new SourceGeneratorLambdaJsonSerializer<LambdaJson>());
#else
        builder.Services.AddSingleton<IServer>(services => new LambdaServer(
            new(address), services.GetRequiredService<IHostApplicationLifetime>(), time, Log(services)));
#endif
    }

    /// <summary>Serves until SIGTERM or SIGINT.</summary>
    public static async Task<int> RunAsync(WebApplication application, CloudOptions options)
    {
#if AWS_LAMBDA_HOSTING
        // The package's server never returns from its start, so that nobody would hear the signal.
        using var terminated = options.RuntimeApi is null ? null : PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Environment.Exit(0));
#endif
        try
        {
            await application.StartAsync();
        }
        catch (Exception error) when (options.RuntimeApi is null && KestrelChoice.Explain(error, options) is { } explained)
        {
            throw explained;
        }
        var where = options.RuntimeApi is null ? string.Join(" ", application.Urls) : "Lambda";
        Log(application.Services).Ready(where, options.Table, options.Worker is { } worker ? $"worker {worker.Name}" : options.Access.ToString());
        await application.WaitForShutdownAsync();
        return application.Services.GetRequiredService<IServer>() is LambdaServer { Failure: not null } or WorkerServer { Failure: not null } ? 1 : 0;
    }

    /// <summary>It did not come to a first request. Lambda is told why, so that the reason stands beside the failed request.</summary>
    public static async Task<int> FailedAsync(CloudEnvironment environment, Exception error, TextWriter person)
    {
        person.WriteLine($"litestream-cloud: {(error is StartException ? error.Message : error)}");
        if (error is StartException { Hint: { } hint })
            person.WriteLine($"hint: {hint}");
        if (environment.RuntimeApi is { } address)
            await ReportAsync(address, error, person);
        return error is StartException { IsUsage: true } ? 2 : 1;
    }

    private static ILogger Log(IServiceProvider services) => services.GetRequiredService<ILoggerFactory>().CreateLogger("Litestream.Cloud");

    private static async Task ReportAsync(string address, Exception error, TextWriter person)
    {
        try
        {
            using var runtime = new RuntimeApi(address);
            using var limit = new CancellationTokenSource(LongestReport);
            await runtime.InitFailedAsync(RuntimeFailure.Of(error), limit.Token);
        }
        catch (Exception second) when (second is HttpRequestException or OperationCanceledException or InvalidOperationException or UriFormatException)
        {
            person.WriteLine($"litestream-cloud: the Runtime API at {address} could not be told: {second.Message}");
        }
    }
}
