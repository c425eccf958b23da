using System.Text.Json.Nodes;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Cloud.Changes;

/// <summary>Before and after in a line of the audit: compact JSON, the few things that say what changed.</summary>
internal static class AuditText
{
    private const int MostTenants = 20;

    public static string Of(JobRecord job, IReadOnlyCollection<CommandRecord> commands) => new JsonObject
    {
        ["job"] = job.Id.ToString(),
        ["state"] = job.State,
        ["commands"] = job.Total,
        ["hosts"] = job.ToHosts,
        ["to"] = commands.FirstOrDefault()?.Arguments is { } first ? first.Txid ?? Of(first.Timestamp) : null,
        ["path"] = commands.FirstOrDefault()?.Arguments.TargetPath,
        ["as"] = commands.FirstOrDefault()?.Arguments.NewTenant?.ToString(),
        ["tenants"] = new JsonArray([.. commands.Take(MostTenants).Select(c => JsonValue.Create(c.Tenant.ToString()))]),
    }.ToJsonString();

    public static string Of(CommandRecord command) => new JsonObject
    {
        ["command"] = command.Id.ToString(),
        ["host"] = command.HostId,
        ["kind"] = command.Kind,
        ["state"] = command.State,
        ["tenant"] = command.Tenant.ToString(),
        ["epoch"] = command.Arguments.Epoch,
    }.ToJsonString();

    public static string Of(TenantRecord tenant) => new JsonObject
    {
        ["host"] = tenant.HostId,
        ["epoch"] = tenant.Epoch,
        ["status"] = tenant.Status,
        ["txid"] = tenant.ReplicatedTxid,
    }.ToJsonString();

    public static string Called(int commands) => new JsonObject { ["calledBack"] = commands }.ToJsonString();

    public static string? Of(DateTimeOffset? time) => time is { } at ? ItemTime.Text(at) : null;
}
