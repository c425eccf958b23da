using System.Diagnostics;
using System.Globalization;
using System.Net;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Tests.Servers;

namespace Litestream.Benchmarks.Measurements;

/// <summary>
/// Reads of the API over a table with many tenants on a thousand hosts. The table is of the tests and on this machine, so what it takes itself is measured as well: it stands for
/// DynamoDB's own milliseconds. What a request reads does not depend on that.
/// </summary>
internal static class FleetReads
{
    private const int Hosts = 1_000;
    private const int Page = 50;

    /// <summary>What the front page of the dashboard asks for.</summary>
    private static readonly string[] Overview = ["/api/status", $"/api/hosts?limit={Hosts}", $"/api/problems?limit={Page}", "/api/restores?limit=10", "/api/drills?limit=10", "/api/audit?limit=10"];

    public static IEnumerable<Row> Measure(Effort effort) => MeasureAsync(effort).GetAwaiter().GetResult();

    private static async Task<List<Row>> MeasureAsync(Effort effort)
    {
        await using var table = await TableServer.StartAsync([.. FleetTable.Indexes.Select(i => (i.PartitionKey, i.SortKey, (IReadOnlyCollection<string>?)i.Included))]);
        table.KeepsRequests = false;
        var some = Fill(table, effort.FleetTenants);
        using var bench = new Workbench();
        var port = FreePort.Find();
        using var cloud = CloudProcess.Start(bench, table, [], out _, "-no-auth", "-port", port.ToString(CultureInfo.InvariantCulture));
        using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(30) };
        await AnswersAsync(http);

        var rows = new List<Row>();
        var units = table.Charges.ReadUnits;
        foreach (var address in Overview)
            await GetAsync(http, address);
        rows.Add(new("overview of the dashboard: read units of a load", 1_000, table.Charges.ReadUnits - units, "", string.Create(CultureInfo.InvariantCulture, $"{effort.FleetTenants:N0} tenants, {Hosts:N0} hosts")));
        var random = new Random(1);
        (string Name, Func<string> Address)[] reads =
        [
            ("one tenant", () => $"/api/tenants/{some[random.Next(some.Count)]}"),
            ("tenants by prefix", () => $"/api/tenants?prefix={some[random.Next(some.Count)].ToString()[..4]}&limit={Page}"),
            ("a host's tenants", () => $"/api/hosts/web-{random.Next(Hosts):000}/tenants?limit={Page}"),
            ("one host", () => $"/api/hosts/web-{random.Next(Hosts):000}"),
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
            rows.Add(new($"{name}: p99, warm", 100, taken.Percentile(99), "ms", string.Create(CultureInfo.InvariantCulture, $"p50 {taken.Median():0.0} ms, of which the table {inTable.Median():0.0} ms; {taken.Count} requests")));
        }
        rows.Add(new("the API's memory (RSS) behind all that", null, cloud.RssMegabytes, "MB"));
        return rows;
    }

    /// <summary>Answers some of the tenants.</summary>
    private static List<Guid> Fill(TableServer table, int tenants)
    {
        var (now, random, some) = (DateTimeOffset.UtcNow, new Random(20261122), new List<Guid>());
        void Put(Item item) => table.Put(item.Key.Partition, item.Key.Sort, item.Select(a => KeyValuePair.Create(a.Key, new TableValue(a.Value.IsNumber, a.Value.Text))));
        for (var i = 0; i < Hosts; i++)
            Put(HostDigestItem.Write(new()
            {
                HostId = HostId(i),
                State = HostStates.Running,
                At = now,
                StartedAt = now.AddDays(-1),
                // Alive for as long as this takes.
                IntervalSeconds = 3600,
                Version = "0.1.0",
                Tenants = tenants / Hosts,
                Active = tenants / Hosts,
                LagLimitSeconds = 300,
                DiskBytes = 1L << 40,
                DiskFreeBytes = 1L << 39,
            }));
        var bytes = new byte[16];
        for (var i = 0; i < tenants; i++)
        {
            random.NextBytes(bytes);
            var tenant = new Guid(bytes);
            // One in a thousand is in trouble.
            var problem = i % 1_000 == 0 ? ProblemWords.Error : null;
            Put(TenantItem.Write(new()
            {
                Tenant = tenant,
                HostId = HostId(i % Hosts),
                Epoch = 1,
                Replica = $"s3://backups/databases/{tenant:d}",
                Path = $"/srv/tenants/{tenant:d}.db",
                Status = problem is null ? StatusWords.Active : StatusWords.Error,
                Reason = problem is null ? ReasonWords.Cold : null,
                Problem = problem,
                Since = now.AddSeconds(-i % 86_400),
                UpdatedAt = now,
                SizeBytes = 20_480,
                PageSize = 4_096,
                Txid = "000000000000002a",
                ReplicatedTxid = "000000000000002a",
                LastSyncAt = now,
                LastDrillAt = now,
                LastDrillVerdict = ProofVerdicts.Pass,
                LagLimitSeconds = 300,
            }));
            if (i % Math.Max(1, tenants / 1_000) == 0)
                some.Add(tenant);
        }
        return some;
    }

    private static string HostId(int number) => $"web-{number:000}";

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
