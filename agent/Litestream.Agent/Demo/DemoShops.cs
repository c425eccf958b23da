using Microsoft.Data.Sqlite;

namespace Litestream.Agent.Demo;

/// <summary>The writer of the demo: shops of different temper. The first is always busy, the last hardly ever opens.</summary>
internal static class DemoShops
{
    private const int Tenants = 6;

    private static readonly TimeSpan Busiest = TimeSpan.FromMilliseconds(400);

    /// <summary>Opens the shops that are missing; those of an earlier run go on.</summary>
    public static void Create(string directory)
    {
        for (var i = Directory.GetFiles(directory, "*.db").Length; i < Tenants; i++)
            DemoShop.Create(Path.Combine(directory, $"{Guid.NewGuid()}.db"));
    }

    public static async Task WriteAsync(string directory, TimeProvider time, CancellationToken stop)
    {
        var paths = Directory.GetFiles(directory, "*.db").Order(StringComparer.Ordinal).ToArray();
        await Task.WhenAll(paths.Select((path, i) => WriteAsync(path, Busiest * Math.Pow(2.5, i), time, stop)));
    }

    private static async Task WriteAsync(string path, TimeSpan pace, TimeProvider time, CancellationToken stop)
    {
        DemoShop? shop = null;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await Task.Delay(pace * (0.5 + Random.Shared.NextDouble()), time, stop);
                shop = Serve(shop, path, time);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // the demo is over
        }
        shop?.Dispose();
    }

    /// <summary>Keeps its connection, as a server does. A tenant that the user deletes stays deleted; one that comes back is served again.</summary>
    private static DemoShop? Serve(DemoShop? shop, string path, TimeProvider time)
    {
        try
        {
            if (!File.Exists(path))
            {
                shop?.Dispose();
                return null;
            }
            shop ??= new(path);
            shop.TakeOrders(Random.Shared, time.GetUtcNow());
            return shop;
        }
        catch (SqliteException)
        {
            // Busy, or the user is just playing with the file: the next customer comes, and finds a new connection.
            shop?.Dispose();
            return null;
        }
    }
}
