using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Agent.Tests.Fleet;

/// <summary>Names in the table are for ever: they are spelled out here once more. Adding is free, a change breaks every reader that runs.</summary>
public sealed class FleetNamesTests
{
    [Fact]
    public void Attributes_are_called_what_they_were_called()
    {
        Assert.Equal(
            "active at deleteRequests dirtyBytes diskBytes diskFreeBytes error getRequests hot intervalSeconds lagLimitSeconds listRequests lost otherDatabases p99LagSeconds "
            + "paused pk putRequests sk splitBrain startedAt state tenantBytes tenants type unhealthy version waiting worstLagSeconds",
            NamesOf(HostDigestItem.Write(FleetSamples.Digest())));
        Assert.Equal(
            "badPk badSk behindSince detail drillAskedAt drillBytes drillSeconds epoch formerHost hostPk lagLimitSeconds lagSeconds lastDrillAt lastDrillPassAt lastDrillVerdict lastProofAt lastSnapshotAt lastSyncAt "
            + "pageSize path pk problem reason replica replicatedTxid seenAt seenTxid since sizeBytes sk status txid type undoTxid undoUntil updatedAt visitedSince",
            NamesOf(TenantItem.Write(FleetSamples.TenantRecord())));
        Assert.Equal(
            "argEpoch argFrom argIfAlive argIfBusy argNewTenant argPause argReplica argTargetPath argTimestamp argTxid argUndoes beforeTxid cancelRequestedAt claimedAt claimedBy doneBytes donePages error errorCode expiresAt "
            + "finishedAt job kind pausedAt pausedMs percent pk progressAt requestedAt requestedBy result resultTxid sk state step tenant ttl type",
            NamesOf(CommandItem.Write(FleetSamples.Command())));
        Assert.Equal(
            "bytes cancelled cursor done error failed finishedAt fromHost kind maxFailures pk requestedAt requestedBy revision sk state toHosts total ttl type undoes",
            NamesOf(JobItem.Write(FleetSamples.Job())));
        Assert.Equal("at badPk badSk by bytes checks command detail evidence pk problem seconds sk tenant ttl txid type verdict", NamesOf(ProofItem.Write(FleetSamples.Proof())));
        Assert.Equal(
            "badPk badSk behind bytesPerSecond claimedBy claimedUntil cursor failed oldestPassAt p50Seconds p99Seconds pk problem provenWithin1Day provenWithin30Days provenWithin7Days sk tenants type "
            + "unproven unprovenSince visitedAt",
            NamesOf(SliceItem.Write(FleetSamples.Slice())));
        Assert.Equal("at badPk badSk claimedAt claimedTxid host pk problem replica seenTime seenTxid since sk tenant type", NamesOf(LookItem.Write(FleetSamples.Look())));
        Assert.Equal("action actor after at before doneAt pk refused sk target type", NamesOf(AuditItem.Write(FleetSamples.Audit())));
        Assert.Equal("action actor at bodyHash pk sk target ttl type", NamesOf(RequestItem.Write(FleetSamples.Request())));
    }

    [Fact]
    public void Keys_follow_their_grammar()
    {
        Assert.Equal("FLEET#0 / HOST#web-1", $"{FleetKeys.Host("web-1")}");
        Assert.Equal("TENANT#0a / 0abc1234-5678-4abc-9def-0123456789af", $"{FleetKeys.Tenant(FleetSamples.Tenant)}");
        Assert.Equal("HOST#web-1.eu / COMMAND#01JD7KQ3V8ZZZZZZZZZZZZZZZ7", $"{FleetSamples.Command().Key}");
        Assert.Equal("JOBS#202411 / 01JD7KQ3V8ZZZZZZZZZZZZZZZ7", $"{FleetSamples.Job().Key}");
        Assert.Equal("PROOF#0a / 0abc1234-5678-4abc-9def-0123456789af#2026-11-21T12:00:00.123Z", $"{FleetSamples.Proof().Key}");
        Assert.Equal("LOOK#0a / 0abc1234-5678-4abc-9def-0123456789af", $"{FleetSamples.Look().Key}");
        Assert.Equal("SLICES / a7", $"{FleetSamples.Slice().Key}");
        Assert.Equal("AUDIT#2026-11-21 / 2026-11-21T12:00:00.123Z#01JD7KQ3V8ZZZZZZZZZZZZZZZ7", $"{FleetSamples.Audit().Key}");
        Assert.Equal("REQUEST#ce / ce57e9bf790f17083d5085ea13d34ab084c34b67ddef89ba90226f45f9716730", $"{FleetSamples.Request().Key}");
        Assert.NotEqual(FleetKeys.Request("ada", "1"), FleetKeys.Request("bob", "1"));
        var tenant = TenantItem.Write(FleetSamples.TenantRecord());
        Assert.Equal(("HOST#web-1.eu", "BAD#15", "2#2026-11-21T11:55:00.123Z"), (tenant.Text("hostPk"), tenant.Text("badPk"), tenant.Text("badSk")));
    }

    [Fact]
    public void Hosts_spread_over_four_shards_the_same_way_in_every_program()
    {
        var shards = Enumerable.Range(0, 1_000).Select(i => FleetKeys.ShardOf($"host-{i}")).ToList();
        Assert.All(shards.CountBy(shard => shard), shard => Assert.InRange(shard.Value, 150, 350));
        Assert.Equal([0, 1, 2], new[] { "web-1", "web-2", "web-3" }.Select(FleetKeys.ShardOf));
    }

    [Fact]
    public void Problems_spread_over_sixteen_shards_also_where_guids_begin_with_the_time()
    {
        var shards = Enumerable.Range(0, 1_000).Select(_ => FleetKeys.ProblemPartition(Guid.CreateVersion7())).ToList();
        Assert.Equal(16, shards.Distinct().Count());
    }

    [Theory]
    [InlineData("web-1.eu_7", true)]
    [InlineData("", false)]
    [InlineData("web#1", false)]
    [InlineData("wéb", false)]
    public void A_host_id_can_stand_in_a_key(string id, bool isValid)
    {
        Assert.Equal(isValid, FleetKeys.IsHostId(id));
        Assert.False(FleetKeys.IsHostId(new('x', 65)));
    }

    [Fact]
    public void The_table_has_two_indexes_and_the_hourly_refresh_touches_neither()
    {
        Assert.Equal(["byHost", "problems"], FleetTable.Indexes.Select(i => i.Name));
        string[] refreshed = ["txid", "replicatedTxid", "lastSyncAt", "lastSnapshotAt", "lastProofAt", "lastDrillAt", "lastDrillVerdict", "sizeBytes", "lagSeconds", "updatedAt"];
        Assert.Empty(FleetTable.ByHost.Included!.Intersect(refreshed));
        Assert.Null(FleetTable.Problems.Included);
        Assert.Equal(["badPk", "badSk", "hostPk", "pk", "sk"], FleetTable.KeyAttributes.Order());
    }

    [Fact]
    public void Of_two_problems_the_worse_one_sorts_higher_and_of_equals_the_newer_one()
    {
        string Sort(string problem, DateTimeOffset since) => FleetKeys.ProblemSort(ProblemWords.SeverityOf(problem), since);
        Assert.True(string.CompareOrdinal(Sort(ProblemWords.SplitBrain, FleetSamples.Noon), Sort(ProblemWords.Late, FleetSamples.Noon.AddDays(9))) > 0);
        Assert.True(string.CompareOrdinal(Sort(ProblemWords.Error, FleetSamples.Noon.AddMilliseconds(1)), Sort(ProblemWords.Late, FleetSamples.Noon)) > 0);
    }

    private static string NamesOf(Item item) => string.Join(' ', item.Names.Order(StringComparer.Ordinal));
}
