using System.Text.RegularExpressions;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Agent.Tests.Fleet;

/// <summary>Writes and queries as DynamoDB will read them. What they do on a table is shown by the tests on one (EndToEnd).</summary>
public sealed class FleetExpressionTests
{
    public static TheoryData<string> Every => [.. Updates.Keys];

    private static readonly Dictionary<string, ItemUpdate> Updates = new()
    {
        ["register"] = HostDigestItem.Register(FleetSamples.Digest()),
        ["heartbeat"] = HostDigestItem.Heartbeat(FleetSamples.Digest() with { DiskFreeBytes = null }, 3),
        ["command added"] = HostDigestItem.CommandAdded("web-1"),
        ["describe"] = TenantItem.Describe(FleetSamples.TenantRecord()),
        ["release"] = TenantItem.Release(FleetSamples.TenantRecord()),
        ["take over"] = TenantItem.TakeOver(FleetSamples.TenantRecord(), "web-2", "/srv/b/x.db", FleetSamples.Noon),
        ["take over what nobody owns"] = TenantItem.TakeOver(FleetSamples.TenantRecord() with { HostId = null }, "web-2", "/srv/b/x.db", FleetSamples.Noon),
        ["put"] = CommandItem.Put(FleetSamples.Command()),
        ["claim"] = CommandItem.Claim(FleetSamples.Command(), "run", FleetSamples.Noon),
        ["begin"] = CommandItem.Begin(FleetSamples.Command(), "run", FleetSamples.Command().Progress!),
        ["report"] = CommandItem.Report(FleetSamples.Command(), "run", FleetSamples.Command().Progress!),
        ["take on"] = CommandItem.TakeOn(FleetSamples.Command(), "run"),
        ["finish"] = CommandItem.Finish(FleetSamples.Command() with { State = CommandStates.Done }, "run"),
        ["expire"] = CommandItem.Expire(FleetSamples.Command(), FleetSamples.Noon),
        ["cancel"] = CommandItem.Cancel(FleetSamples.Command(), FleetSamples.Noon),
        ["ask to cancel"] = CommandItem.AskToCancel(FleetSamples.Command(), FleetSamples.Noon),
        ["job"] = JobItem.Put(FleetSamples.Job()),
        ["job change"] = JobItem.Change(FleetSamples.Job() with { Cursor = null }),
        ["proof"] = ProofItem.Put(FleetSamples.Proof()),
        ["proof that nobody asked for"] = ProofItem.Put(FleetSamples.Proof() with { Command = null }),
        ["refuse"] = CommandItem.Refuse(CommandItem.Write(FleetSamples.Command() with { State = CommandStates.Requested }), CommandErrors.BadArgument, "why", FleetSamples.Noon)!,
        ["drilled"] = TenantItem.Drilled(FleetSamples.Proof()),
        ["request"] = RequestItem.Put(FleetSamples.Request()),
        ["proof settled"] = ProofItem.Settle(FleetSamples.Proof()),
        ["slice"] = SliceItem.Visit(FleetSamples.Slice(), "worker-1"),
        ["slice claimed"] = SliceItem.Claim(FleetSamples.Slice(), "worker-1", FleetSamples.Noon, FleetSamples.Noon),
        ["slice claimed for the first time"] = SliceItem.Claim(FleetSamples.Slice() with { VisitedAt = null }, "worker-1", FleetSamples.Noon, FleetSamples.Noon),
        ["slice renewed"] = SliceItem.Renew(7, "worker-1", FleetSamples.Noon, null),
        ["look"] = LookItem.Put(FleetSamples.Look()),
        ["look settled"] = LookItem.Settle(FleetSamples.Tenant, FleetSamples.Noon),
        ["seen"] = TenantItem.Seen(FleetSamples.TenantRecord(), null, null, FleetSamples.Noon),
        ["drill asked"] = TenantItem.DrillAsked(FleetSamples.Tenant, FleetSamples.Noon),
        ["audit"] = AuditItem.Append(FleetSamples.Audit()),
        ["audit done"] = AuditItem.Complete(FleetSamples.Audit()),
    };

    [Theory]
    [MemberData(nameof(Every))]
    public void Every_word_of_an_expression_is_defined_and_every_definition_used(string name)
    {
        var update = Updates[name];
        var text = $"{update.Expression} {update.Condition}";
        Assert.Equal(Regex.Matches(text, @"#\w+").Select(m => m.Value).Distinct().Order(), update.Names.Keys.Order());
        Assert.All(update.Names, pair => Assert.Equal(pair.Key, "#" + pair.Value));
        Assert.Equal(Regex.Matches(text, @":\w+").Select(m => m.Value).Distinct().Order(), update.Values.Keys.Order());
        Assert.DoesNotMatch("#pk =|#sk =", update.Expression);
        Assert.NotEqual("", update.Key.Partition);
        Assert.NotEqual("", update.Key.Sort);
    }

    [Fact]
    public void A_heartbeat_names_its_attributes_and_leaves_those_of_others()
    {
        var update = Updates["heartbeat"];
        Assert.DoesNotContain("commandsWaiting", update.Expression, StringComparison.Ordinal);
        Assert.EndsWith(" REMOVE #diskFreeBytes", update.Expression, StringComparison.Ordinal);
        Assert.Equal("#leaseEpoch = :if_leaseEpoch", update.Condition);
        Assert.EndsWith(" ADD #leaseEpoch :leaseEpoch", Updates["register"].Expression, StringComparison.Ordinal);
        Assert.Null(Updates["register"].Condition);
    }

    [Fact]
    public void A_tenant_that_is_well_again_leaves_the_index_of_problems()
    {
        var update = TenantItem.Describe(FleetSamples.TenantRecord() with { Problem = null, Reason = null });
        Assert.Contains("REMOVE #badPk, #badSk, #reason, #problem", update.Expression, StringComparison.Ordinal);
        Assert.Equal(
            "((attribute_not_exists(#pk)) OR (#epoch < :if_epoch)) OR ((#epoch = :if_epoch) AND (#hostPk = :if_hostPk))", update.Condition);
    }

    [Fact]
    public void What_the_owner_describes_leaves_what_a_drill_found_as_it_is()
    {
        var update = TenantItem.Describe(FleetSamples.TenantRecord() with { LastDrillAt = null, LastDrillVerdict = null, LastDrillPassAt = null });
        Assert.DoesNotContain("lastDrill", update.Expression, StringComparison.Ordinal);
        Assert.Equal("SET #type = :type, #lastDrillAt = :lastDrillAt, #lastDrillVerdict = :lastDrillVerdict", Updates["drilled"].Expression);
    }

    [Fact]
    public void Only_a_command_that_nobody_began_can_be_refused_as_malformed()
    {
        Assert.Equal("#state = :if_state", Updates["refuse"].Condition);
        Assert.Null(CommandItem.Refuse(CommandItem.Write(FleetSamples.Command()), CommandErrors.BadArgument, "why", FleetSamples.Noon));
        Assert.Null(CommandItem.Refuse(TenantItem.Write(FleetSamples.TenantRecord()), CommandErrors.BadArgument, "why", FleetSamples.Noon));
    }

    [Fact]
    public void A_take_over_is_one_epoch_further()
    {
        var update = Updates["take over"];
        Assert.Equal(("4", "3", "HOST#web-2", "HOST#web-1.eu"),
            (update.Values[":epoch"].Text, update.Values[":if_epoch"].Text, update.Values[":hostPk"].Text, update.Values[":if_hostPk"].Text));
    }

    [Theory]
    [InlineData(CommandStates.Requested, CommandStates.Claimed, true)]
    [InlineData(CommandStates.Claimed, CommandStates.Running, true)]
    [InlineData(CommandStates.Running, CommandStates.Done, true)]
    [InlineData(CommandStates.Requested, CommandStates.Done, false)]
    [InlineData(CommandStates.Running, CommandStates.Requested, false)]
    [InlineData(CommandStates.Running, CommandStates.Expired, false)]
    public void States_of_a_command_follow_each_other(string before, string after, bool may) => Assert.Equal(may, CommandStates.MayFollow(before, after));

    [Fact]
    public void Nothing_follows_a_final_state_and_every_other_one_can_end()
    {
        foreach (var state in CommandStates.All)
            Assert.Equal(CommandStates.IsFinal(state), !CommandStates.All.Any(after => CommandStates.MayFollow(state, after)));
    }

    [Fact]
    public void A_query_names_one_partition()
    {
        var id = FleetSamples.Command().Id;
        Assert.Equal("#pk = :pk AND #sk BETWEEN :first AND :last", ItemQuery.Commands("web-1", id).KeyCondition);
        Assert.Equal("#pk = :pk AND begins_with(#sk, :prefix)", ItemQuery.Commands("web-1").KeyCondition);
        Assert.Equal(("#hostPk = :pk", "byHost"), (ItemQuery.TenantsOf("web-1").KeyCondition, ItemQuery.TenantsOf("web-1").Index!.Name));
        Assert.Equal(("BAD#15", true), (ItemQuery.Problems(15).Values[":pk"].Text, ItemQuery.Problems(15).IsBackwards));
        Assert.Equal(("TENANT#0a", "0abc"), (ItemQuery.TenantsBeginning("0abc").Values[":pk"].Text, ItemQuery.TenantsBeginning("0abc").Values[":prefix"].Text));
    }
}
