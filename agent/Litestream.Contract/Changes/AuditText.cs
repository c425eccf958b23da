using System.Text.Json.Nodes;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Contract.Changes;

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

    public static string Of(CommandRecord command) => WithoutNulls(new()
    {
        ["command"] = command.Id.ToString(),
        ["host"] = command.HostId,
        ["kind"] = command.Kind,
        ["state"] = command.State,
        ["tenant"] = command.Tenant.ToString(),
        ["epoch"] = command.Arguments.Epoch,
        ["to"] = command.Arguments.Txid ?? Of(command.Arguments.Timestamp),
        ["path"] = command.Arguments.TargetPath,
        ["as"] = command.Arguments.NewTenant?.ToString(),
        ["replica"] = command.Arguments.Replica,
        ["ifBusy"] = command.Arguments.IfBusy,
        ["ifAlive"] = command.Arguments.IfAlive,
    });

    public static string Of(TenantRecord tenant) => new JsonObject
    {
        ["host"] = tenant.HostId,
        ["epoch"] = tenant.Epoch,
        ["status"] = tenant.Status,
        ["txid"] = tenant.ReplicatedTxid,
    }.ToJsonString();

    /// <summary>Of several: those that the catalogue knows, up to as many as a line has room for; null when it knows none.</summary>
    public static string? Of(IEnumerable<TenantRecord> tenants)
    {
        var shown = tenants.Take(MostTenants + 1).ToList();
        return shown switch
        {
            [] => null,
            [var only] => Of(only),
            _ => new JsonArray([.. shown.Take(MostTenants).Select(t => (JsonNode)$"{t.Tenant} {t.HostId} {t.Epoch} {t.ReplicatedTxid}")]).ToJsonString(),
        };
    }

    public static string Called(int commands) => new JsonObject { ["calledBack"] = commands }.ToJsonString();

    private static string WithoutNulls(JsonObject json)
    {
        foreach (var (name, value) in json.ToList())
        {
            if (value is null)
                json.Remove(name);
        }
        return json.ToJsonString();
    }

    public static string? Of(DateTimeOffset? time) => time is { } at ? ItemTime.Text(at) : null;
}
