using Litestream.Agent.Reporting;
using Litestream.Agent.Tests.Fleet;
using Litestream.DynamoDb;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Tests.Servers;

namespace Litestream.Agent.Tests.Reporting;

/// <summary>Whose a tenant is by the table, who may take it, and what the engine is told when it asks.</summary>
public sealed class ReportingTakeOverTests : IAsyncLifetime
{
    private static readonly Guid Tenant = Guid.Parse("0193a1f2-0000-7000-8000-000000000001");
    private TableServer _server = null!;
    private FleetTableClient _table = null!;
    private TenantOwnership _ownership = null!;

    public async Task InitializeAsync()
    {
        _server = await FleetTables.StartAsync();
        _table = FleetTables.Client(_server);
        _ownership = new("web-2", _table, TimeProvider.System);
    }

    public async Task DisposeAsync()
    {
        _table.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task The_engine_may_go_on_with_what_is_nobodys_or_its_own_and_with_what_its_owner_has_no_file_of()
    {
        Assert.Equal(OwnershipAnswer.Granted(0), await _ownership.AnswerAsync(new("legacy", IsSigned: true, WasHere: false), "/srv/legacy.db", default));
        await PutAsync("web-1");
        var refused = await AnswerAsync();
        Assert.Equal((false, true, $"{Tenant} belongs to host web-1 with epoch 3"), (refused.IsGranted, refused.IsKnown, refused.Why));
        Assert.Equal(("web-1", 3L), await OwnerAsync());

        await _table.WriteAsync(TenantItem.Leave(Tenant, "web-1", FleetSamples.Noon), default);
        // What this host has of it is from before its owner had it.
        Assert.Equal((false, true), (await AnswerAsync(wasHere: true) is var old ? old.IsGranted : true, old.IsKnown));
        Assert.Equal(("web-1", 3L), await OwnerAsync());
        Assert.Equal(OwnershipAnswer.Granted(4), await AnswerAsync());
        Assert.Equal(("web-2", 4L), await OwnerAsync());
        Assert.Equal(OwnershipAnswer.Granted(4), await AnswerAsync());
        await _ownership.ReleaseAsync((await _ownership.FindAsync(Tenant, default))!, default);
        Assert.Equal((null, 4L), await OwnerAsync());
        // It moves between two others, and is nobody's for a moment: what this host had of it is older.
        Assert.Equal((false, true), (await AnswerAsync(wasHere: true) is var former ? former.IsGranted : true, former.IsKnown));
        Assert.Equal((null, 4L), await OwnerAsync());
        Assert.Equal(OwnershipAnswer.Granted(5), await AnswerAsync());
        Assert.Equal(("web-2", 5L), await OwnerAsync());

        _server.Fault = _ => TableServerFault.Throttle;
        var unknown = await AnswerAsync();
        Assert.Equal((false, false), (unknown.IsGranted, unknown.IsKnown));
    }

    /// <summary>The report was begun before, and the table hears of it behind: its host would have a tenant that it gave up, and whoever is to have it would not.</summary>
    [Fact]
    public async Task A_report_on_its_way_while_its_tenant_is_given_up_takes_nothing_back()
    {
        await PutAsync("web-1");
        await new TenantOwnership("web-1", _table, TimeProvider.System).ReleaseAsync((await _ownership.FindAsync(Tenant, default))!, default);

        Assert.Equal(TableFault.Refused, (await Assert.ThrowsAsync<FleetTableException>(() => PutAsync("web-1"))).Fault);

        Assert.Equal((null, 3L), await OwnerAsync());
        Assert.Equal(4, (await TakeAsync(epoch: 3)).Epoch);
    }

    /// <summary>
    /// A fleet is being rolled out: the owner reports within minutes, and this host may have a stray copy. What no agent wrote, as when a host comes from another program, waits for
    /// nobody; nor does an empty replica or this agent's own, of which nobody asks.
    /// </summary>
    [Fact]
    public async Task A_chain_that_an_agent_wrote_and_the_table_does_not_know_waits_for_that_agent_twenty_minutes_and_no_other_does()
    {
        var time = new LaterTime(TimeSpan.Zero);
        _ownership = new("web-2", _table, time);
        Assert.Equal(OwnershipAnswer.Granted(0), await AnswerAsync(isSigned: false));
        var waits = await AnswerAsync();
        Assert.Equal((false, false, TimeSpan.FromMinutes(1)), (waits.IsGranted, waits.IsKnown, waits.AskAgain));
        Assert.Contains($"the table does not know {Tenant}", waits.Why, StringComparison.Ordinal);
        Assert.Null(await _ownership.FindAsync(Tenant, default));

        time.Skip(TimeSpan.FromMinutes(19));
        Assert.False((await AnswerAsync()).IsKnown);
        time.Skip(TimeSpan.FromMinutes(2));
        Assert.Equal(OwnershipAnswer.Granted(0), await AnswerAsync());
        await PutAsync("web-1");
        Assert.Equal((false, true), (await AnswerAsync() is var refused && refused.IsGranted, refused.IsKnown));
    }

    [Fact]
    public async Task A_take_over_that_lost_its_answer_or_its_host_is_gone_on_with_and_a_stale_one_is_refused()
    {
        await PutAsync("web-1");
        Assert.Equal(CommandErrors.StaleEpoch, await CodeOfAsync(() => TakeAsync(epoch: 2)));
        Assert.Equal(("web-1", 3L), await OwnerAsync());
        var updates = 0;
        _server.Fault = r => r.Operation == "UpdateItem" && Interlocked.Increment(ref updates) == 1 ? TableServerFault.LoseReply : TableServerFault.None;
        using (var hasty = FleetTables.Client(_server, TimeSpan.FromMilliseconds(300)))
            await Assert.ThrowsAsync<FleetTableException>(() => new TenantOwnership("web-2", hasty, TimeProvider.System).TakeAsync(Tenant, "/srv/t.db", 3, isWanted: true, default));
        Assert.Equal(("web-2", 4L), await OwnerAsync());
        Assert.Equal(4, (await TakeAsync(epoch: 3)).Epoch);
        Assert.Equal(4, (await TakeAsync(epoch: null)).Epoch);
        Assert.Equal(("web-2", 4L), await OwnerAsync());

        var third = new TenantOwnership("web-3", _table, TimeProvider.System);
        Assert.Equal(CommandErrors.StaleEpoch, await CodeOfAsync(() => third.TakeAsync(Tenant, "/srv/t.db", 3, isWanted: true, default)));
        Assert.Equal(5, (await third.TakeAsync(Tenant, "/srv/t.db", 4, isWanted: true, default)).Epoch);
        Assert.Equal(CommandErrors.StaleEpoch, await CodeOfAsync(() => TakeAsync(epoch: 4)));
    }

    [Fact]
    public async Task An_owner_that_was_heard_of_keeps_its_tenant_unless_a_person_wants_it_and_one_that_is_lost_does_not()
    {
        await PutAsync("web-1");
        await BeatAsync(DateTimeOffset.UtcNow);
        Assert.Equal(CommandErrors.OwnedElsewhere, await CodeOfAsync(() => TakeAsync(epoch: 3)));

        // By this host's clock it is lost; but it goes on, by a clock that is slow.
        await BeatAsync(DateTimeOffset.UtcNow.AddMinutes(-5));
        var looks = Looks();
        var taking = CodeOfAsync(() => TakeAsync(epoch: 3));
        await Eventually.Becomes(() => Looks() > looks, "the digest was read");
        await BeatAsync(DateTimeOffset.UtcNow.AddMinutes(-4));
        Assert.Equal(CommandErrors.OwnedElsewhere, await taking);
        Assert.Equal(("web-1", 3L), await OwnerAsync());
        var (before, epoch) = await TakeAsync(epoch: 3);
        Assert.Equal(("web-1", 4L), (before!.HostId, epoch));

        await PutAsync("web-1", epoch: 9);
        await BeatAsync(DateTimeOffset.UtcNow);
        Assert.Equal(10, (await _ownership.TakeAsync(Tenant, "/srv/t.db", 9, isWanted: true, default)).Epoch);
    }

    private int Looks() => _server.Requests.Count(r => r.Operation == "GetItem" && r.Item.Partition.StartsWith("FLEET#", StringComparison.Ordinal));

    private Task<OwnershipAnswer> AnswerAsync(bool isSigned = true, bool wasHere = false) => _ownership.AnswerAsync(new($"{Tenant}", isSigned, wasHere), "/srv/t.db", default);

    private Task<(TenantRecord? Before, long Epoch)> TakeAsync(long? epoch) => _ownership.TakeAsync(Tenant, "/srv/t.db", epoch, isWanted: false, default);

    private async Task<(string?, long)> OwnerAsync() => (await _ownership.FindAsync(Tenant, default))! is var found ? (found.HostId, found.Epoch) : default;

    private static async Task<string> CodeOfAsync(Func<Task> take) => (await Assert.ThrowsAsync<OwnershipException>(take)).Code;

    private Task PutAsync(string host, long epoch = 3) => _table.WriteAsync(
        TenantItem.Describe(new()
        {
            Tenant = Tenant,
            HostId = host,
            Epoch = epoch,
            Replica = "s3://backups/x",
            Path = "/srv/x.db",
            Status = StatusWords.Active,
            Since = FleetSamples.Noon,
            UpdatedAt = FleetSamples.Noon,
        }),
        default);

    /// <summary>Its heartbeats come twice a second.</summary>
    private Task BeatAsync(DateTimeOffset at) => _table.WriteAsync(
        HostDigestItem.Register(new() { HostId = "web-1", State = HostStates.Running, At = at, StartedAt = at, IntervalSeconds = 0.5, Version = "1" }), default);
}
