using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Litestream.Hosting;

/// <summary>
/// The store of an application, for as long as its host runs: before any other service starts, databases whose files are missing are restored; behind all
/// others, when nobody writes any more, comes the last sync.
/// </summary>
public sealed class LitestreamHost : IHostedLifecycleService, IAsyncDisposable
{
    private readonly LitestreamOptions _options;
    private readonly ILogger _log;
    private readonly ILoggerFactory _logging;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _opening = new(1, 1);
    private Store? _store;
    private volatile IReadOnlyList<Database>? _databases;

    private static InvalidOperationException NotOpen => new(
        "The databases are not open yet: the host opens them when it starts, and makes its hosted services before. A service whose constructor takes Database takes "
            + "LitestreamHost instead, and its Databases when it runs; or open them between Build and Run: await app.Services.GetRequiredService<LitestreamHost>().OpenAsync()");

    public LitestreamHost(IOptions<LitestreamOptions> options, ILoggerFactory logging, IServiceProvider services)
    {
        (_options, _logging, _log) = (options.Value, logging, logging.CreateLogger<LitestreamHost>());
        _time = services.GetService<TimeProvider>() ?? TimeProvider.System;
    }

    /// <summary>In the order of <see cref="LitestreamOptions.Databases"/>. Throws <see cref="InvalidOperationException"/> before <see cref="OpenAsync"/>.</summary>
    public IReadOnlyList<Database> Databases => _databases ?? throw NotOpen;

    /// <summary>All of them together. Throws <see cref="InvalidOperationException"/> before <see cref="OpenAsync"/>.</summary>
    public Store Store => _databases is null ? throw NotOpen : _store ?? throw new ObjectDisposedException(nameof(LitestreamHost));

    /// <summary>
    /// Restores what is missing and begins to replicate. The host does this before it starts any service; call it yourself, before, where something opens a
    /// database earlier (migrations between Build and Run). A second call changes nothing. Throws <see cref="LitestreamException"/>.
    /// </summary>
    public async Task OpenAsync(CancellationToken cancellationToken = default)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_databases is not null)
                return;
            _store ??= _options.Open(_time, _logging);
            var databases = new List<Database>();
            foreach (var path in _options.Databases)
                databases.Add(await _store.OpenAsync(path, cancellationToken).ConfigureAwait(false));
            _databases = databases;
        }
        finally
        {
            _opening.Release();
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => OpenAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// The last sync. It has <see cref="LitestreamOptions.ShutdownTimeout"/>, whatever the token says: that has fired where the application's own services took
    /// all of the host's time, and what they committed last is just what is missing.
    /// </summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        if (_store is not { } store)
            return;
        using var limit = new CancellationTokenSource(_options.ShutdownTimeout, _time);
        if (!await store.StopAsync(limit.Token).ConfigureAwait(false))
            _log.StoppedBeforeTheEnd();
    }

    public async ValueTask DisposeAsync()
    {
        // The container knows it under two names, and ends it twice.
        if (Interlocked.Exchange(ref _store, null) is { } store)
            await store.DisposeAsync().ConfigureAwait(false);
    }
}
