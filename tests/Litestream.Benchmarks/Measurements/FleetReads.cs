using System.Diagnostics;
using System.Globalization;
using System.Net;
using Litestream.Fleet.Table;
using Litestream.Tests.Servers;

namespace Litestream.Benchmarks.Measurements;

/// <summary>
/// Reads of the API over a table with many tenants on a thousand hosts. The table is of the tests and on this machine, so what it takes itself is measured as well: it stands for
/// DynamoDB's own milliseconds. What a request reads does not depend on that.
/// </summary>
internal static class FleetReads
{
    private const int Hosts = SyntheticFleet.Hosts;
    private const int Page = 50;

    /// <summary>What the front page of the dashboard asks for when it is opened: its <c>app.ts</c> and <c>fleet-view.ts</c>.</summary>
    private static readonly string[] Overview =
    [
        "/api/status?limit=1", "/api/hosts?limit=1000", "/api/problems?limit=20", "/api/restores?limit=10", "/api/evacuations?limit=10", "/api/moves?limit=10", "/api/audit?limit=8",
    ];

    public static IEnumerable<Row> Measure(Effort effort) => MeasureAsync(effort).GetAwaiter().GetResult();

    private static async Task<List<Row>> MeasureAsync(Effort effort)
    {
        await using var table = await TableServer.StartAsync([.. FleetTable.Indexes.Select(i => (i.PartitionKey, i.SortKey, (IReadOnlyCollection<string>?)i.Included))]);
        table.KeepsRequests = false;
        var some = SyntheticFleet.Create(table, effort.FleetTenants).Some;
        using var bench = new Workbench();
        var port = FreePort.Find();
        using var cloud = CloudProcess.Start(bench, table, [], out _, "-no-auth", "-port", port.ToString(CultureInfo.InvariantCulture));
        using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(30) };
        await AnswersAsync(http);

        var rows = new List<Row>();
        rows.Add(await OverviewAsync(http, table, effort.FleetTenants));
        var random = new Random(1);
        (string Name, Func<string> Address)[] reads =
        [
            ("one tenant", () => $"/api/tenants/{some[random.Next(some.Count)]}"),
            ("tenants by prefix", () => $"/api/tenants?prefix={some[random.Next(some.Count)].ToString()[..4]}&limit={Page}"),
            ("a host's tenants", () => $"/api/hosts/{SyntheticFleet.HostId(random.Next(Hosts))}/tenants?limit={Page}"),
            ("one host", () => $"/api/hosts/{SyntheticFleet.HostId(random.Next(Hosts))}"),
            ("problems, the worst first", () => $"/api/problems?limit={Page}"),
            ("status of the fleet", () => "/api/status"),
            ($"{Hosts:N0} hosts", () => $"/api/hosts?limit={Hosts}"),
        ];
        foreach (var (name, address) in reads)
        {
            // Warm: the first ones are not counted.
            var (taken, inTable) = (new List<double>(), new List<double>());
            for (var i = -20; i < 20 * effort.Commits; i++)
            {
                var (clock, before) = (Stopwatch.StartNew(), table.Busy);
                await GetAsync(http, address());
                if (i < 0)
                    continue;
                taken.Add(clock.Elapsed.TotalMilliseconds);
                inTable.Add((table.Busy - before).TotalMilliseconds);
            }
            rows.Add(new($"{name}: p99, warm", 100, taken.Percentile(99), "ms", $"p50 {taken.Median():0.0} ms, of which the table {inTable.Median():0.0} ms; {taken.Count} requests"));
        }
        rows.Add(new("the API's memory (RSS) behind all that", null, cloud.RssMegabytes, "MB"));
        return rows;
    }

    /// <summary>Each request's own share is said, so that the dearest is seen.</summary>
    private static async Task<Row> OverviewAsync(HttpClient http, TableServer table, int tenants)
    {
        var (begun, shares) = (table.Charges.ReadUnits, new List<string>());
        foreach (var address in Overview)
        {
            var before = table.Charges.ReadUnits;
            await GetAsync(http, address);
            shares.Add($"{address.Split('?')[0]["/api/".Length..]} {table.Charges.ReadUnits - before:0.#}");
        }
        return new("overview of the dashboard: read units of a load", 1_000, table.Charges.ReadUnits - begun, "", Note.Of($"{tenants:N0} tenants, {Hosts:N0} hosts", string.Join(", ", shares)));
    }

    private static async Task GetAsync(HttpClient http, string address)
    {
        using var answer = await http.GetAsync(new Uri(address, UriKind.Relative));
        if (answer.StatusCode != HttpStatusCode.OK)
            throw new InvalidOperationException($"{address}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        await answer.Content.ReadAsByteArrayAsync();
    }

    private static async Task AnswersAsync(HttpClient http)
    {
        for (var patience = Stopwatch.StartNew(); ; await Task.Delay(10))
        {
            try
            {
                using var answer = await http.GetAsync(new Uri("/api/health", UriKind.Relative));
                return;
            }
            catch (HttpRequestException) when (patience.Elapsed < TimeSpan.FromSeconds(30))
            {
                // It begins.
            }
        }
    }
}
