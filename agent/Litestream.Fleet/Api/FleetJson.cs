using System.Text.Json;
using System.Text.Json.Serialization;

namespace Litestream.Fleet.Api;

/// <summary>The one serializer of the contract: compact, camelCase, nulls written (a reader sees that a field exists).</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, NumberHandling = JsonNumberHandling.Strict, MaxDepth = 16)]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(HealthReport))]
[JsonSerializable(typeof(Client))]
[JsonSerializable(typeof(ClientList))]
[JsonSerializable(typeof(ClientHealth))]
[JsonSerializable(typeof(ClientHealthList))]
[JsonSerializable(typeof(RegisterRequest))]
[JsonSerializable(typeof(StatusChange))]
[JsonSerializable(typeof(EmptyRequest))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(FleetStatus))]
[JsonSerializable(typeof(FleetHost))]
[JsonSerializable(typeof(FleetHostList))]
[JsonSerializable(typeof(FleetTenant))]
[JsonSerializable(typeof(FleetTenantList))]
[JsonSerializable(typeof(Timeline))]
[JsonSerializable(typeof(FleetDrills))]
[JsonSerializable(typeof(DrillRequest))]
[JsonSerializable(typeof(DrillEvidence))]
[JsonSerializable(typeof(RestoreRequest))]
[JsonSerializable(typeof(RestorePlan))]
[JsonSerializable(typeof(EvacuationRequest))]
[JsonSerializable(typeof(EvacuationPlan))]
[JsonSerializable(typeof(CommandRequest))]
[JsonSerializable(typeof(FleetCommand))]
[JsonSerializable(typeof(FleetCommandList))]
[JsonSerializable(typeof(FleetJob))]
[JsonSerializable(typeof(FleetJobList))]
[JsonSerializable(typeof(FleetProblemList))]
[JsonSerializable(typeof(AuditList))]
[JsonSerializable(typeof(FleetHealth))]
public sealed partial class FleetJson : JsonSerializerContext;
