using System.Text;
using System.Text.Json;
using Litestream.Cloud.Drills;
using Litestream.Fleet;
using Litestream.Fleet.Items;

namespace Litestream.Cloud.Lambda;

/// <summary>
/// What is wrong with the fleet, in numbers, after each round of the worker: one line of the log in the form from which CloudWatch makes metrics by itself (its
/// embedded metric format), so that no request and no right is needed. Alarms read them.
/// </summary>
internal sealed class FleetMetrics(CloudContext context, TextWriter output)
{
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        var hosts = await context.Hosts.AllAsync(cancellationToken);
        var slices = await DrillRound.SlicesAsync(context, cancellationToken);
        await output.WriteLineAsync(Line(context.Options.Table, [.. hosts.Values], slices, context.Time.GetUtcNow()));
    }

    /// <summary>Pure.</summary>
    public static string Line(string table, IReadOnlyList<HostDigest> hosts, IReadOnlyList<SliceRecord> slices, DateTimeOffset now)
    {
        (string Name, int Count)[] metrics =
        [
            (FleetMetricNames.LostHosts, hosts.Count(h => LivenessWords.Of(h, now) == LivenessWords.Lost)),
            (FleetMetricNames.BreachingTenants, hosts.Sum(h => h.Unhealthy) + slices.Sum(s => s.Behind)),
            (FleetMetricNames.SplitBrainTenants, hosts.Sum(h => h.SplitBrain)),
            (FleetMetricNames.FailedDrills, slices.Sum(s => s.Failed)),
            (FleetMetricNames.UnprovenTenants, slices.Sum(s => s.Unproven)),
        ];
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("_aws");
            json.WriteNumber("Timestamp", now.ToUnixTimeMilliseconds());
            json.WriteStartArray("CloudWatchMetrics");
            json.WriteStartObject();
            json.WriteString("Namespace", FleetMetricNames.Namespace);
            json.WriteStartArray("Dimensions");
            json.WriteStartArray();
            json.WriteStringValue(FleetMetricNames.Table);
            json.WriteEndArray();
            json.WriteEndArray();
            json.WriteStartArray("Metrics");
            foreach (var (name, _) in metrics)
            {
                json.WriteStartObject();
                json.WriteString("Name", name);
                json.WriteString("Unit", "Count");
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteString(FleetMetricNames.Table, table);
            foreach (var (name, count) in metrics)
                json.WriteNumber(name, count);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
