using System.Diagnostics;
using Litestream.Agent.Reporting;
using Litestream.Fleet;

namespace Litestream.Agent.Api;

/// <summary>The series that do not grow with the number of tenants.</summary>
internal static class AgentMetrics
{
    public static void Write(MetricsText text, AgentView agent)
    {
        var store = agent.Stores;
        var census = agent.Census.Take();
        text.Gauge("litestream_info", "Version of the agent, always 1.").Sample("litestream_info", 1, ("version", ProgramVersion.Text));
        text.Gauge("litestream_tenants", "Registered tenants by status.");
        foreach (var (status, count) in census.ByStatus)
            text.Sample("litestream_tenants", count, ("status", status));
        text.Gauge("litestream_hot_tenants", "Tenants with open connections.").Sample("litestream_hot_tenants", store.HotCount);
        text.Gauge("litestream_unhealthy_tenants", "Tenants in error or past their lag limit.").Sample("litestream_unhealthy_tenants", census.UnhealthyCount);
        text.Gauge("litestream_partly_unhealthy_tenants", "Tenants that are well, with a replica in error or past their lag limit.")
            .Sample("litestream_partly_unhealthy_tenants", census.PartlyUnhealthyCount);
        text.Gauge("litestream_lag_limit_seconds", "Lag past which a tenant is unhealthy.").Sample("litestream_lag_limit_seconds", agent.Options.LagLimit.TotalSeconds);
        text.Gauge("litestream_worst_lag_seconds", "Largest lag of all tenants.").Sample("litestream_worst_lag_seconds", census.WorstLagSeconds);
        text.Gauge("litestream_upload_queue_depth", "Captured files that wait for the replica.").Sample("litestream_upload_queue_depth", store.UploadQueueDepth);
        text.Gauge("litestream_spool_bytes", "Captured bytes that wait for the replica.").Sample("litestream_spool_bytes", store.SpoolBytes);
        text.Gauge("litestream_spool_limit_bytes", "Captured bytes that may wait for the replica.").Sample("litestream_spool_limit_bytes", store.SpoolCapBytes);
        text.Gauge("litestream_failed_directories", "Watched directories that cannot be watched now.")
            .Sample("litestream_failed_directories", agent.Registration.Directories.Count(d => d.Error is not null));
        text.Gauge("litestream_skipped_files", "Database-like files in watched directories that are not replicated.").Sample("litestream_skipped_files", agent.Registration.SkippedCount);
        text.Counter("litestream_resync_total", "Page differences of a whole database that was opened, by reason.");
        foreach (var (reason, count) in store.Resyncs)
            text.Sample("litestream_resync_total", count, ("reason", reason));
        if (agent.Fleet is { } fleet)
            WriteFleet(text, fleet);
        WriteTraffic(text, store);
        WriteProcess(text, agent);
    }

    private static void WriteFleet(MetricsText text, FleetReporter fleet)
    {
        var connection = fleet.Connection;
        text.Gauge("litestream_fleet_connected", "1 while the fleet's table takes heartbeats.").Sample("litestream_fleet_connected", connection.State == FleetConnectionWords.Connected ? 1 : 0);
        if (connection.HeartbeatAgeSeconds is { } age)
            text.Gauge("litestream_fleet_heartbeat_age_seconds", "Since the last heartbeat that the table confirmed.").Sample("litestream_fleet_heartbeat_age_seconds", age);
        text.Counter("litestream_fleet_requests_total", "Requests to the fleet's table.").Sample("litestream_fleet_requests_total", connection.Requests);
        text.Counter("litestream_fleet_errors_total", "Requests to the fleet's table without an answer.").Sample("litestream_fleet_errors_total", connection.Errors);
        text.Gauge("litestream_fleet_waiting_tenants", "Tenants of whose state the fleet's table does not know yet.").Sample("litestream_fleet_waiting_tenants", connection.WaitingTenants);
    }

    private static void WriteTraffic(MetricsText text, Stores store)
    {
        var traffic = store.TrafficByKind.ToList();
        text.Counter("litestream_replica_operation_total", "Requests to the replica.");
        foreach (var (kind, requests, _) in traffic)
        {
            foreach (var (operation, count) in requests)
                text.Sample("litestream_replica_operation_total", count, ("replica_type", kind), ("operation", operation));
        }
        text.Counter("litestream_replica_operation_bytes", "Bytes written to (PUT) and read from (GET) the replica.");
        foreach (var (kind, _, bytes) in traffic)
        {
            foreach (var (operation, count) in bytes)
                text.Sample("litestream_replica_operation_bytes", count, ("replica_type", kind), ("operation", operation));
        }
    }

    /// <summary>The usual names of Prometheus' client libraries.</summary>
    private static void WriteProcess(MetricsText text, AgentView agent)
    {
        using var process = Process.GetCurrentProcess();
        text.Gauge("process_resident_memory_bytes", "Resident memory.").Sample("process_resident_memory_bytes", process.WorkingSet64);
        text.Counter("process_cpu_seconds_total", "Processor time.").Sample("process_cpu_seconds_total", process.TotalProcessorTime.TotalSeconds);
        text.Gauge("process_start_time_seconds", "Start of the process since 1970.")
            .Sample("process_start_time_seconds", (agent.Time.GetUtcNow() - agent.Uptime).ToUnixTimeMilliseconds() / 1000d);
        if (OperatingSystem.IsLinux())
            text.Gauge("process_open_fds", "Open descriptors.").Sample("process_open_fds", Directory.GetFileSystemEntries("/proc/self/fd").Length);
    }
}
