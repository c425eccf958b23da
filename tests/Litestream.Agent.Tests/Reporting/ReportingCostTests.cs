using System.Globalization;
using Litestream.Agent.Configuration;
using Litestream.Fleet.Items;
using Litestream.Tests.Servers;

namespace Litestream.Agent.Tests.Reporting;

/// <summary>
/// A day of 1,000 hosts with 1,000 tenants each, 1 % hot and 10 % active, and a command for one tenant of a hundred: the real reporting and the real lane of
/// commands of two of those hosts on a table that counts what AWS would charge, thirty seconds at a time, extrapolated to a month of all.
/// </summary>
public sealed class ReportingCostTests
{
    private const int Hosts = 1_000;
    private const int TenantsOfAHost = 1_000;
    private const int SimulatedHosts = 2;
    private const int DaysOfAMonth = 30;

    /// <summary>
    /// On-demand, us-east-1, since November 2024: aws.amazon.com/dynamodb/pricing/on-demand: $0.625 for a million write request units, $0.25 for a GB-month
    /// of storage behind the first 25 GB, $0.125 for a million read request units.
    /// </summary>
    private const double DollarsForAMillionWrites = 0.625;

    private const double DollarsForAMillionReads = 0.125;

    /// <summary>An assumption: somebody asks for something of each tenant three times a year, and each takes half a minute.</summary>
    private const double CommandsADayOfATenant = 0.01;

    private const int DaysBetweenDrills = 7;

    private const int ProofsAYear = 365 / DaysBetweenDrills;

    private static readonly TimeSpan Interval = FleetOptions.UsualInterval;

    [Fact]
    public async Task A_million_tenants_on_a_thousand_hosts_cost_less_than_the_budget()
    {
        await using var server = await FleetTables.StartAsync();
        server.KeepsRequests = false;
        var seed = 20261121;
        var random = new Random(seed);
        var hosts = Enumerable.Range(0, SimulatedHosts).Select(i => new MadeUpHost(server, $"web-{i}", seed: i)).ToList();
        try
        {
            foreach (var host in hosts)
            {
                for (var i = 0; i < TenantsOfAHost; i++)
                    host.Add();
            }
            // The start of the day is nobody's ordinary day: a fleet that was installed this morning.
            await DayAsync(hosts, random, TimeSpan.FromHours(2));
            var (installed, readBefore) = (server.Charges.UnitsByKind, server.Charges.ReadUnits);
            var commands = await DayAsync(hosts, random, TimeSpan.FromDays(1));
            var units = server.Charges.UnitsByKind.ToDictionary(k => k.Key, k => k.Value - installed.GetValueOrDefault(k.Key));
            var readUnits = server.Charges.ReadUnits - readBefore;
            var done = server.All("HOST#").Count(c => c["state"].Text == CommandStates.Done);

            double Month(double day, double dollarsForAMillion = DollarsForAMillionWrites) => day / SimulatedHosts * Hosts * DaysOfAMonth * dollarsForAMillion / 1_000_000;
            var (heartbeats, tenants, refused) = (Month(units["FLEET"]), Month(units["TENANT"]), Month(units.GetValueOrDefault("refused")));
            var (asked, reads) = (Month(units["HOST"]), Month(readUnits, DollarsForAMillionReads));
            var drills = await DrillsAsync(server, hosts[0]);
            var said = string.Create(CultureInfo.InvariantCulture,
                $"heartbeats ${heartbeats:0}, tenants ${tenants:0}, refused ${refused:0}, commands ${asked:0.0}, reads ${reads:0.0}, together ${heartbeats + tenants + refused + asked + reads:0} a month; "
                + $"beside it drills every {DaysBetweenDrills} days, in the table: ${drills:0.0}; {commands} commands, {units["HOST"]} write units, {readUnits:0} read units of {SimulatedHosts} hosts a day; largest digest {server.Charges.LargestBytes["FLEET"]} B, tenant {server.Charges.LargestBytes["TENANT"]} B; "
                + $"installing: {installed["TENANT"] / SimulatedHosts} write units a host; seed {seed}");
            Assert.True(heartbeats + tenants + refused + asked + reads < 250, said);
            Assert.True(drills < 20, said);
            // Each was done, by ten writes in the host's partition: put, claimed, begun, six reports, ended. A look every ten minutes, and one for each.
            Assert.True(commands > 10 && done >= commands && units["HOST"] >= commands * 10 && units["HOST"] <= (commands + 5) * 10, said);
            Assert.InRange(readUnits / SimulatedHosts, 144, 4 * (144 + (commands / (double)SimulatedHosts)));
            // It is counted, and not nothing: a heartbeat every interval, each active tenant about once an hour.
            Assert.InRange((units["FLEET"] - commands) / SimulatedHosts, 2_870, 2_890);
            Assert.InRange(units["TENANT"] / SimulatedHosts, 100 * 20, 100 * 24 * 2);
            Assert.InRange(server.Charges.LargestBytes["FLEET"], 300, HostDigestItem.MostBytes);
            if (System.Environment.GetEnvironmentVariable("LITESTREAM_SHOW") == "1")
                Assert.Fail(said);
        }
        finally
        {
            foreach (var host in hosts)
                await host.DisposeAsync();
        }
    }

    /// <summary>Of a month, in dollars: what a passing proof writes and reads when a year of them stands there already.</summary>
    private static async Task<double> DrillsAsync(TableServer server, MadeUpHost host)
    {
        var tenant = host.Databases.Keys.Min();
        for (var i = 0; i < ProofsAYear; i++)
        {
            await host.ProveAsync(tenant);
            host.Time.Skip(TimeSpan.FromDays(DaysBetweenDrills));
        }
        var (writes, reads) = (server.Charges.WriteUnits, server.Charges.ReadUnits);
        await host.ProveAsync(tenant);
        var dollars = ((server.Charges.WriteUnits - writes) * DollarsForAMillionWrites) + ((server.Charges.ReadUnits - reads) * DollarsForAMillionReads);
        return dollars / 1_000_000 * Hosts * TenantsOfAHost / DaysBetweenDrills * DaysOfAMonth;
    }

    /// <summary>Hot: a commit in every interval. Active: some each hour. A few errors, lags and pauses come and go; the others sleep, be it with a visit a day.</summary>
    /// <returns>Commands that were asked for.</returns>
    private static async Task<int> DayAsync(List<MadeUpHost> hosts, Random random, TimeSpan length)
    {
        var commands = 0;
        var txid = 1_000ul;
        var trouble = new Queue<(MadeUpHost Host, Guid Tenant, int Until)>();
        for (var beat = 0; beat < length / Interval; beat++)
        {
            foreach (var host in hosts)
            {
                var all = host.Databases.Keys.Order().ToList();
                foreach (var hot in all.Take(TenantsOfAHost / 100))
                    host.Use(hot, ++txid);
                foreach (var active in all.Take(TenantsOfAHost / 10).Where(_ => random.Next(20) == 0))
                {
                    host.Use(active, ++txid);
                    host.Change(active, d => d with { Reason = random.Next(2) == 0 ? DatabaseReason.Hot : DatabaseReason.Cold });
                }
                // One tenant in a hundred has trouble for some minutes of the day, one in five is visited.
                if (random.NextDouble() < TenantsOfAHost * 0.01 / 2880)
                {
                    var tenant = all[random.Next(all.Count)];
                    host.Change(tenant, d => d with { Status = DatabaseStatus.Error, Reason = DatabaseReason.ReplicaUnavailable, Detail = "s3://backups does not answer: connection refused" });
                    trouble.Enqueue((host, tenant, beat + 10));
                }
                if (random.NextDouble() < TenantsOfAHost * 0.2 / 2880)
                    host.Use(all[random.Next(all.Count)], ++txid);
            }
            foreach (var host in hosts.Where(_ => random.NextDouble() < TenantsOfAHost * CommandsADayOfATenant * (Interval / TimeSpan.FromDays(1))))
            {
                await host.AskAsync(host.Databases.Keys.ElementAt(random.Next(TenantsOfAHost)));
                commands++;
            }
            while (trouble.TryPeek(out var past) && past.Until <= beat)
            {
                trouble.Dequeue();
                past.Host.Change(past.Tenant, d => d with { Status = DatabaseStatus.Active, Reason = DatabaseReason.Cold, Detail = null });
            }
            foreach (var host in hosts)
            {
                await host.BeatAsync();
                await host.ObeyAsync();
                host.Time.Skip(Interval);
            }
        }
        return commands;
    }
}
