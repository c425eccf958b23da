using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Litestream.Fleet.Api;

namespace Litestream.Agent.Tests.Fleet;

/// <summary>The API's records as JSON, in both directions: every member of every record that <see cref="FleetJson"/> knows, filled.</summary>
public sealed class FleetJsonTests
{
    private static readonly Type[] Roots = [.. typeof(FleetJson).GetCustomAttributesData().Where(a => a.AttributeType == typeof(JsonSerializableAttribute)).Select(a => (Type)a.ConstructorArguments[0].Value!)];

    public static TheoryData<string> Names => [.. Roots.Select(r => r.Name)];

    [Fact]
    public void The_status_of_a_host_has_every_member_of_a_fleets_status()
    {
        static IEnumerable<string> Members(Type type) => type.GetProperties().Select(p => p.Name);
        Assert.Empty(Members(typeof(FleetStatus)).Except(Members(typeof(StatusReport))));
        Assert.Empty(Members(typeof(FleetHealth)).Except(Members(typeof(HealthReport))).Except(["LiveHosts", "LateHosts", "LostHosts", "Detail"]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_record_comes_back_from_its_json_as_it_was(string name)
    {
        var type = Roots.Single(r => r.Name == name);
        var json = JsonSerializer.Serialize(Filled(type), type, FleetJson.Default);
        Assert.DoesNotContain("null", json, StringComparison.Ordinal);
        var back = JsonSerializer.Deserialize(json, type, FleetJson.Default);
        Assert.Equal(json, JsonSerializer.Serialize(back, type, FleetJson.Default));
        Assert.DoesNotContain(": ", json, StringComparison.Ordinal);
        var later = json[..^1] + (json == "{}" ? "" : ",") + "\"ofTomorrow\":[1]}";
        // What a reader of tomorrow's writer does not know it ignores; what a change is asked for with and nobody understands is refused: it may be "dryRun", misspelt.
        if (type.IsDefined(typeof(JsonUnmappedMemberHandlingAttribute)))
            Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(later, type, FleetJson.Default));
        else
            Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize(later, type, FleetJson.Default), type, FleetJson.Default));
    }

    [Fact]
    public void Changes_of_the_fleet_are_read_to_the_letter() => Assert.Equal(
        ["CommandRequest", "DrillRequest", "EmptyRequest", "EvacuationRequest", "MoveRequest", "RestoreRequest"], Roots.Where(r => r.IsDefined(typeof(JsonUnmappedMemberHandlingAttribute))).Select(r => r.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_record_of_the_room_is_reached_from_one_that_is_an_answer_or_a_body()
    {
        var reached = new HashSet<Type>();
        foreach (var root in Roots)
            Reach(root, reached);
        Assert.Empty(typeof(FleetJson).Assembly.GetTypes().Where(t => t.Namespace == typeof(FleetJson).Namespace && t.IsPublic && !t.IsAssignableTo(typeof(JsonSerializerContext)) && !t.IsAssignableTo(typeof(JsonConverter)))
            .Except(reached).Select(t => t.Name));
    }

    [Fact]
    public void Members_are_called_what_they_were_called()
    {
        Assert.Equal(
            "ageSeconds at counts dirtyBytes diskBytes diskFreeBytes hostId hotTenants intervalSeconds lagLimitSeconds liveness otherDatabases p99LagSeconds requests startedAt state "
            + "tenantBytes tenants unhealthyTenants version worstLagSeconds",
            MembersOf(typeof(FleetHost)));
        Assert.Equal(
            "behindSince databasePath detail drillSeconds epoch health hostId hostLiveness lagLimitSeconds lagSeconds lastDrillAt lastDrillPassAt lastDrillVerdict lastProofAt lastSnapshotAt lastSyncAt "
            + "name pageSize problem reason replica replicatedTxid seenAt seenTxid since sizeBytes status tenantId txid undoTxid undoUntil updatedAt",
            MembersOf(typeof(FleetTenant)));
        Assert.Equal(
            "activeClients bucket clients counts dirtyBytes drills hostCounts hosts hotClients nextCursor replica serves tenantBytes totalClients unhealthyClients unknownClients "
            + "uptimeSeconds version watchDirs worstLagSeconds",
            MembersOf(typeof(FleetStatus)));
        Assert.Equal("drills labels nextCursor points ranges replica tenantId", MembersOf(typeof(Timeline)));
        Assert.Equal("dryRun expiresInSeconds host ifBusy newTenant replica targetPath tenants timestamp txid", MembersOf(typeof(RestoreRequest)));
        Assert.Equal("epoch expiresInSeconds ifAlive ifBusy kind newTenant replica targetPath tenant timestamp txid", MembersOf(typeof(CommandRequest)));
        Assert.Equal(
            "beforeTxid cancelRequestedAt claimedAt doneBytes donePages epoch error errorCode expiresAt finishedAt from hostId id ifAlive ifBusy jobId kind newTenant pauseFor pausedAt pausedMs percent progressAt replica requestedAt "
            + "requestedBy result resultTxid state step targetPath tenantId timestamp txid undoes",
            MembersOf(typeof(FleetCommand)));
        Assert.Equal("bytes cancelled commands done error failed finishedAt fromHost id kind maxFailures nextCursor requestedAt requestedBy state toHosts total undoes", MembersOf(typeof(FleetJob)));
        Assert.Equal("dryRun expiresInSeconds from maxFailures tenants to", MembersOf(typeof(EvacuationRequest)));
        Assert.Equal("bytes from hasMore items refused targets total", MembersOf(typeof(EvacuationPlan)));
        Assert.Equal("dryRun expiresInSeconds path tenantId to", MembersOf(typeof(MoveRequest)));
        Assert.Equal("diskFreeBytes epoch from fromPath path sizeBytes tenantId to", MembersOf(typeof(MovePlan)));
        Assert.Equal("code detail epoch replicatedTxid sizeBytes tenantId toHost", MembersOf(typeof(EvacuationStep)));
        Assert.Equal("bytes diskFreeBytes hostId tenants", MembersOf(typeof(EvacuationTarget)));
        Assert.Equal("behind bytesPerSecond failed oldestProofAt oldestVisitAt p50Seconds p99Seconds provenWithin1Day provenWithin30Days provenWithin7Days tenants unproven visitedSlices", MembersOf(typeof(DrillCoverage)));
        Assert.Equal(
            "at by bytesRead capturedAt checks commandId damage detail files program replica seconds sizeBytes sum tenantId txid verdict version", MembersOf(typeof(DrillEvidence)));
        Assert.Equal("detail hostId kind severity since slice tenantId tenants", MembersOf(typeof(FleetProblem)));
        Assert.Equal("action actor after at before doneAt id refused target", MembersOf(typeof(AuditEntry)));
        Assert.Equal("code detail hint status title", MembersOf(typeof(Problem)));
        // The fleet's status has the names of an agent's, as far as a fleet has such a thing.
        string[] contract = ["bucket", "replica", "watchDirs", "totalClients", "activeClients", "uptimeSeconds", "clients", "nextCursor", "counts"];
        Assert.Empty(contract.Except(MembersOf(typeof(FleetStatus)).Split(' ')));
        Assert.Empty(contract.Except(MembersOf(typeof(StatusReport)).Split(' ')));
    }

    [Fact]
    public void Every_list_is_items_and_a_cursor()
    {
        Assert.All(Roots.Where(r => r.Name.EndsWith("List", StringComparison.Ordinal)), list => Assert.Equal("items nextCursor", MembersOf(list)));
        Assert.All(["FleetHostList", "FleetTenantList", "FleetCommandList", "FleetJobList", "FleetProblemList", "AuditList", "FleetDrills"], name => Assert.Contains(name, Roots.Select(r => r.Name)));
    }

    [Fact]
    public void A_body_that_lacks_everything_is_a_record_of_nulls_and_not_an_error()
    {
        Assert.Equal(new RestoreRequest(), JsonSerializer.Deserialize("{}", FleetJson.Default.RestoreRequest));
        Assert.Equal(new CommandRequest(), JsonSerializer.Deserialize("{}", FleetJson.Default.CommandRequest));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("{\"timestamp\":\"yesterday\"}", FleetJson.Default.RestoreRequest));
    }

    [Fact]
    public void Problem_codes_and_words_are_lower_case_and_different()
    {
        foreach (var words in new[] { typeof(Litestream.Fleet.ProblemCodes), typeof(Litestream.Fleet.Items.CommandErrors), typeof(Litestream.Fleet.LivenessWords), typeof(Litestream.Fleet.HealthWords) })
        {
            var texts = words.GetFields().Where(f => f.IsLiteral && f.FieldType == typeof(string)).Select(f => (string)f.GetRawConstantValue()!).ToList();
            Assert.All(texts, text => Assert.Matches("^[a-z]+(-[a-z]+)*$", text));
            Assert.Equal(texts.Count, texts.Distinct().Count());
            if (words.GetProperty("All")?.GetValue(null) is IReadOnlyList<string> all)
                Assert.Equal(texts.Order(), all.Order());
        }
    }

    private static string MembersOf(Type type)
    {
        using var json = JsonDocument.Parse(JsonSerializer.Serialize(Filled(type), type, FleetJson.Default));
        return string.Join(' ', json.RootElement.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
    }

    private static void Reach(Type type, HashSet<Type> reached)
    {
        if (type.IsGenericType)
            Array.ForEach(type.GetGenericArguments(), t => Reach(t, reached));
        else if (type.Assembly == typeof(FleetJson).Assembly && reached.Add(type))
            Array.ForEach(type.GetProperties(BindingFlags.Public | BindingFlags.Instance), p => Reach(p.PropertyType, reached));
    }

    /// <summary>Every member has a value that is not its type's own: one that no direction knows would come back empty.</summary>
    private static object Filled(Type type)
    {
        var filled = type.GetConstructors().MaxBy(c => c.GetParameters().Length) is { } constructor && constructor.GetParameters().Length > 0
            ? constructor.Invoke([.. constructor.GetParameters().Select(p => Value(p.ParameterType))])
            : Activator.CreateInstance(type)!;
        foreach (var member in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite))
            member.SetValue(filled, Value(member.PropertyType));
        return filled;
    }

    private static object Value(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
            return "\u00fcber <all> \"quotes\"";
        if (type == typeof(Guid))
            return FleetSamples.Tenant;
        if (type == typeof(DateTimeOffset))
            return FleetSamples.Noon;
        if (type == typeof(bool))
            return true;
        if (type == typeof(int) || type == typeof(long) || type == typeof(double))
            return Convert.ChangeType(7, type, null);
        if (!type.IsGenericType)
            return Filled(type);
        var arguments = type.GetGenericArguments();
        if (arguments.Length == 1)
        {
            var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(arguments))!;
            list.Add(Value(arguments[0]));
            return list;
        }
        var map = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(arguments))!;
        map.Add(Value(arguments[0]), Value(arguments[1]));
        return map;
    }
}
