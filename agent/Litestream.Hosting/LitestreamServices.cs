using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Litestream.Hosting;

/// <summary>How an application gets Litestream.</summary>
public static class LitestreamServices
{
    /// <summary>
    /// Adds <see cref="LitestreamHost"/>; the place among other services does not matter. <see cref="Database"/> can be injected: the first one, and each by
    /// its name as the key.
    /// </summary>
    public static IServiceCollection AddLitestream(this IServiceCollection services, Action<LitestreamOptions> configure)
    {
        services.AddOptions<LitestreamOptions>().Configure(configure);
        services.TryAddSingleton<LitestreamHost>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<LitestreamHost>());
        services.TryAddTransient(provider => provider.GetRequiredService<LitestreamHost>().Databases[0]);
        services.TryAddKeyedTransient(KeyedService.AnyKey, (provider, name) => provider.GetRequiredService<LitestreamHost>().Store.Find(name as string ?? "")
            ?? throw new InvalidOperationException($"No database \"{name}\" is replicated: it is known by the name of its file without extension"));
        return services;
    }

    /// <summary>Adds a check of every database of <see cref="AddLitestream(IServiceCollection, Action{LitestreamOptions})"/>.</summary>
    /// <param name="builder">Of the application.</param>
    /// <param name="name">Of the check.</param>
    /// <param name="failureStatus">What trouble counts as that does not pass by itself. Default: degraded, as the application itself works on, and a restart helps nothing.</param>
    public static IHealthChecksBuilder AddLitestream(this IHealthChecksBuilder builder, string name = "litestream", HealthStatus failureStatus = HealthStatus.Degraded)
    {
        builder.Services.TryAddSingleton<LitestreamHealthCheck>();
        return builder.Add(new(name, provider => provider.GetRequiredService<LitestreamHealthCheck>(), failureStatus, tags: null));
    }
}
