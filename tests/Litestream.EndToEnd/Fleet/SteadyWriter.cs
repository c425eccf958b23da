using System.Globalization;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Fleet;

/// <summary>
/// An application that commits numbers one after the other, and remembers those that were acknowledged. What fails it tries again: with the connection that it has, or, told where
/// the tenant is now, with a new one there. A number that was in the database though its commit was not acknowledged is no fault.
/// </summary>
internal sealed class SteadyWriter : IAsyncDisposable
{
    private readonly Tenant _tenant;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<long> _acknowledged = [];
    private Application _application;
    private Task _writing = Task.CompletedTask;
    private string? _next;
    private long _number;

    private SteadyWriter(Tenant tenant, Application application) => (_tenant, _application) = (tenant, application);

    /// <summary>What it was told by SQLite last, when that was no success.</summary>
    public string? LastError { get; private set; }

    public IReadOnlyList<long> Acknowledged
    {
        get
        {
            lock (_gate)
                return [.. _acknowledged];
        }
    }

    /// <summary>Longest time between two acknowledged commits.</summary>
    public TimeSpan LongestPause { get; private set; }

    public static async Task<SteadyWriter> BeginAsync(Tenant tenant)
    {
        var writer = new SteadyWriter(tenant, await tenant.OpenAsync());
        await writer._application.ExecuteAsync("CREATE TABLE IF NOT EXISTS numbers (n INTEGER PRIMARY KEY, at TEXT)");
        writer._writing = Task.Run(writer.WriteAsync);
        await writer.GoesOnAsync();
        return writer;
    }

    /// <summary>From now on at this path, as soon as what it has fails.</summary>
    public void GoTo(string path) => Volatile.Write(ref _next, path);

    /// <summary>Completes with the next acknowledged commits.</summary>
    public Task GoesOnAsync(int commits = 10)
    {
        var before = Acknowledged.Count;
        return Eventually.TrueAsync(() => Acknowledged.Count >= before + commits, () => $"the application commits; last it was told: {LastError}");
    }

    public Task IsRefusedAsync() => Eventually.TrueAsync(() => LastError is not null, () => "the application is refused");

    /// <summary>It writes no more, and closes its connection.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _writing;
        await _application.EndAsync();
    }

    /// <summary>Every acknowledged number is in the database; throws with those that are not.</summary>
    public async Task HasEverythingAsync(string path)
    {
        using var reader = await Application.OpenAsync(_tenant.Sandbox, path);
        var there = (await reader.ExecuteAsync("SELECT n FROM numbers")).Select(n => long.Parse(n, CultureInfo.InvariantCulture)).ToHashSet();
        var lost = Acknowledged.Where(n => !there.Contains(n)).ToList();
        Assert.True(lost.Count == 0, $"{lost.Count} of {Acknowledged.Count} acknowledged commits are not in {path}: {string.Join(' ', lost.Take(20))}");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _writing;
        _application.Dispose();
        _stop.Dispose();
    }

    private async Task WriteAsync()
    {
        var last = DateTime.UtcNow;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var number = ++_number;
                await _application.ExecuteAsync($"INSERT INTO numbers VALUES ({number}, '{DateTime.UtcNow:O}')");
                lock (_gate)
                    _acknowledged.Add(number);
                var now = DateTime.UtcNow;
                LongestPause = now - last > LongestPause ? now - last : LongestPause;
                last = now;
            }
            catch (InvalidOperationException error)
            {
                LastError = error.Message;
                await MoveAsync();
            }
        }
    }

    private async Task MoveAsync()
    {
        if (Volatile.Read(ref _next) is not { } path || !File.Exists(path))
            return;
        _application.Dispose();
        _application = await Application.OpenAsync(_tenant.Sandbox, path);
        Volatile.Write(ref _next, null);
    }
}
