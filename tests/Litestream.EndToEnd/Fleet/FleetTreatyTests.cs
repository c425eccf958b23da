using Litestream.EndToEnd.Needs;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.EndToEnd.Fleet;

/// <summary>The treaty's writes, conditions and queries on a table by others: of two who want the same, one gets it.</summary>
public sealed class FleetTreatyTests : IAsyncLifetime, IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private readonly UlidSource _ids = new(TimeProvider.System, new Random());
    private Dynalite? _server;
    private RawTable? _table;

    private RawTable Table => _table!;

    public async Task InitializeAsync()
    {
        // Every test of the class is skipped then.
        if (!Litestream.Tests.Needs.Need.OnPath("node"))
            return;
        _server = await Dynalite.StartAsync();
        _table = new(_server.Endpoint, "treaty");
        await _table.CreateAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _table?.Dispose();
        _server?.Dispose();
    }

    [NeedsNode]
    public async Task A_command_is_put_once_claimed_by_one_run_and_finished_by_the_run_that_has_it()
    {
        var command = Command();
        Assert.True(await Table.TryUpdateAsync(CommandItem.Put(command)));
        Assert.False(await Table.TryUpdateAsync(CommandItem.Put(command)));
        Assert.False(await Table.TryUpdateAsync(CommandItem.Claim(command, "late", command.ExpiresAt)));
        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Table.TryUpdateAsync(CommandItem.Claim(command, $"run-{i}", Noon))));
        Assert.Single(claims, won => won);
        var claimed = CommandItem.Read((await Table.FindAsync(command.Key))!);
        var run = $"run-{Array.IndexOf(claims, true)}";
        Assert.Equal((CommandStates.Claimed, run), (claimed.State, claimed.ClaimedBy));

        var progress = new CommandProgress { Step = "apply", At = Noon, Percent = 50, Bytes = 10, Pages = 2 };
        Assert.False(await Table.TryUpdateAsync(CommandItem.Begin(claimed, "another", progress)));
        Assert.True(await Table.TryUpdateAsync(CommandItem.Begin(claimed, run, progress)));
        Assert.False(await Table.TryUpdateAsync(CommandItem.Cancel(claimed, Noon)));
        Assert.False(await Table.TryUpdateAsync(CommandItem.Expire(claimed, Noon)));
        Assert.True(await Table.TryUpdateAsync(CommandItem.AskToCancel(claimed, Noon)));
        Assert.True(await Table.TryUpdateAsync(CommandItem.TakeOn(claimed, "next run")));
        Assert.False(await Table.TryUpdateAsync(CommandItem.Report(claimed, run, progress)));
        Assert.True(await Table.TryUpdateAsync(CommandItem.Finish(claimed with { State = CommandStates.Done, FinishedAt = Noon, Result = "ok" }, "next run")));
        Assert.False(await Table.TryUpdateAsync(CommandItem.Finish(claimed with { State = CommandStates.Failed }, "next run")));
        var done = CommandItem.Read((await Table.FindAsync(command.Key))!);
        Assert.Equal((CommandStates.Done, 100, "ok", Noon), (done.State, done.Progress!.Percent, done.Result, done.CancelRequestedAt));
    }

    [NeedsNode]
    public async Task Of_a_cancel_and_a_claim_one_wins_and_who_is_to_end_does_not_begin()
    {
        var (cancelled, asked) = (Command(), Command());
        await Table.TryUpdateAsync(CommandItem.Put(cancelled));
        Assert.True(await Table.TryUpdateAsync(CommandItem.Cancel(cancelled, Noon)));
        Assert.False(await Table.TryUpdateAsync(CommandItem.Claim(cancelled, "run", Noon)));
        await Table.TryUpdateAsync(CommandItem.Put(asked));
        Assert.False(await Table.TryUpdateAsync(CommandItem.AskToCancel(asked, Noon)));
        await Table.TryUpdateAsync(CommandItem.Claim(asked, "run", Noon));
        Assert.True(await Table.TryUpdateAsync(CommandItem.AskToCancel(asked, Noon)));
        Assert.False(await Table.TryUpdateAsync(CommandItem.Begin(asked, "run", new() { Step = "plan", At = Noon })));
    }

    [NeedsNode]
    public async Task Of_two_hosts_that_take_a_tenant_over_one_gets_it_and_the_old_owner_is_refused()
    {
        var tenant = Tenant("web-1");
        Assert.True(await Table.TryUpdateAsync(TenantItem.Describe(tenant)));
        Assert.True(await Table.TryUpdateAsync(TenantItem.Describe(tenant with { Txid = "0000000000000009" })));
        Assert.False(await Table.TryUpdateAsync(TenantItem.Describe(tenant with { HostId = "web-2" })));
        var takes = await Task.WhenAll(Enumerable.Range(2, 6).Select(i => Table.TryUpdateAsync(TenantItem.TakeOver(tenant, $"web-{i}", "/srv/x.db", Noon))));
        Assert.Single(takes, won => won);
        var owner = $"web-{2 + Array.IndexOf(takes, true)}";
        var taken = TenantItem.Read((await Table.FindAsync(tenant.Key))!);
        Assert.Equal((owner, 2L, StatusWords.Waiting, null), (taken.HostId, taken.Epoch, taken.Status, taken.Problem));
        Assert.False(await Table.TryUpdateAsync(TenantItem.Describe(tenant)));
        Assert.False(await Table.TryUpdateAsync(TenantItem.Leave(tenant.Tenant, "web-1", Noon)));
        Assert.False(await Table.TryUpdateAsync(TenantItem.Release(tenant)));

        Assert.True(await Table.TryUpdateAsync(TenantItem.Release(taken)));
        var released = TenantItem.Read((await Table.FindAsync(tenant.Key))!);
        Assert.Null(released.HostId);
        Assert.Empty(await Table.QueryAsync(ItemQuery.TenantsOf(owner)));
        Assert.True(await Table.TryUpdateAsync(TenantItem.TakeOver(released, "web-9", "/srv/x.db", Noon)));
    }

    [NeedsNode]
    public async Task Queries_find_a_hosts_tenants_a_prefix_the_worst_problems_and_commands_in_their_order()
    {
        var tenants = Enumerable.Range(0, 30).Select(i => Tenant("web-7") with
        {
            Problem = i % 3 == 0 ? ProblemWords.Late : i % 3 == 1 ? ProblemWords.SplitBrain : null,
            Since = Noon.AddMinutes(i),
        }).ToList();
        foreach (var tenant in tenants)
            Assert.True(await Table.TryUpdateAsync(TenantItem.Describe(tenant)));
        Assert.Equal(tenants.Select(t => t.Tenant.ToString()).Order(StringComparer.Ordinal), (await Table.QueryAsync(ItemQuery.TenantsOf("web-7"))).Select(i => i.Key.Sort));
        var prefix = tenants[0].Tenant.ToString()[..5];
        Assert.Contains(await Table.QueryAsync(ItemQuery.TenantsBeginning(prefix)), i => i.Key == tenants[0].Key);
        Assert.DoesNotContain(await Table.QueryAsync(ItemQuery.TenantsBeginning(prefix)), i => !i.Key.Sort.StartsWith(prefix, StringComparison.Ordinal));

        var problems = 0;
        for (var shard = 0; shard < FleetKeys.ProblemShards; shard++)
        {
            var found = await Table.QueryAsync(ItemQuery.Problems(shard));
            Assert.Equal(found.Select(i => i.Text(FleetTable.ProblemSort)).OrderDescending(StringComparer.Ordinal), found.Select(i => i.Text(FleetTable.ProblemSort)));
            problems += found.Select(TenantItem.Read).Count(t => t.HostId == "web-7");
        }
        Assert.Equal(20, problems);

        var commands = Enumerable.Range(0, 5).Select(_ => Command() with { HostId = "web-7" }).ToList();
        foreach (var command in commands)
            await Table.TryUpdateAsync(CommandItem.Put(command));
        Assert.Equal(commands.Select(c => c.Key), (await Table.QueryAsync(ItemQuery.Commands("web-7"))).Select(i => i.Key));
        Assert.Equal(commands.Skip(2).Select(c => c.Key), (await Table.QueryAsync(ItemQuery.Commands("web-7", commands[2].Id))).Select(i => i.Key));
    }

    [NeedsNode]
    public async Task Jobs_slices_proofs_and_the_audit_change_only_as_they_may()
    {
        var job = new JobRecord { Id = _ids.Next(), Kind = JobKinds.Restore, State = JobStates.Running, RequestedAt = Noon, RequestedBy = "ada" };
        Assert.True(await Table.TryUpdateAsync(JobItem.Put(job)));
        Assert.True(await Table.TryUpdateAsync(JobItem.Change(job with { Done = 1 })));
        Assert.False(await Table.TryUpdateAsync(JobItem.Change(job with { Done = 2 })));
        Assert.Equal(1, JobItem.Read((await Table.QueryAsync(ItemQuery.Jobs(job.Id.Time))).Single()).Done);

        var slice = new SliceRecord { Slice = 10, VisitedAt = Noon, Tenants = 3, Unproven = 1, UnprovenSince = Noon };
        var fresh = slice with { VisitedAt = null };
        Assert.False(await Table.TryUpdateAsync(SliceItem.Visit(slice, "w1")));
        Assert.True(await Table.TryUpdateAsync(SliceItem.Claim(fresh, "w1", Noon.AddMinutes(2), Noon)));
        Assert.False(await Table.TryUpdateAsync(SliceItem.Claim(fresh, "w2", Noon.AddMinutes(3), Noon.AddMinutes(1))));
        Assert.True(await Table.TryUpdateAsync(SliceItem.Renew(10, "w1", Noon.AddMinutes(4), Guid.NewGuid())));
        // The first one died, the second goes on, and the first was only asleep.
        Assert.False(await Table.TryUpdateAsync(SliceItem.Claim(fresh, "w2", Noon.AddMinutes(5), Noon.AddMinutes(3))));
        Assert.True(await Table.TryUpdateAsync(SliceItem.Claim(fresh, "w2", Noon.AddMinutes(7), Noon.AddMinutes(5))));
        Assert.False(await Table.TryUpdateAsync(SliceItem.Renew(10, "w1", Noon.AddMinutes(9), null)));
        Assert.False(await Table.TryUpdateAsync(SliceItem.Visit(slice, "w1")));
        Assert.NotNull(SliceItem.Read((await Table.QueryAsync(ItemQuery.Slices())).Single()).Cursor);
        Assert.True(await Table.TryUpdateAsync(SliceItem.Visit(slice, "w2")));
        Assert.False(await Table.TryUpdateAsync(SliceItem.Visit(slice, "w2")));
        Assert.Equal(slice, SliceItem.Read((await Table.QueryAsync(ItemQuery.Slices())).Single()));
        Assert.Single(await Table.QueryAsync(ItemQuery.Problems(10)), i => i.Key == slice.Key);
        // Who read it before the visit comes too late.
        Assert.False(await Table.TryUpdateAsync(SliceItem.Claim(fresh, "w3", Noon.AddHours(1), Noon.AddMinutes(30))));
        Assert.True(await Table.TryUpdateAsync(SliceItem.Claim(slice, "w3", Noon.AddHours(1), Noon.AddMinutes(30))));
        Assert.True(await Table.TryUpdateAsync(SliceItem.Visit(slice with { VisitedAt = Noon.AddHours(1), Unproven = 0, UnprovenSince = null }, "w3")));
        Assert.DoesNotContain(await Table.QueryAsync(ItemQuery.Problems(10)), i => i.Key == slice.Key);
        Assert.Single(await Table.QueryAsync(ItemQuery.Slices()));

        var proof = new ProofRecord { Tenant = Guid.NewGuid(), At = Noon, Verdict = ProofVerdicts.Fail, By = "worker" };
        Assert.True(await Table.TryUpdateAsync(ProofItem.Put(proof)));
        Assert.True(await Table.TryUpdateAsync(ProofItem.Settle(proof)));
        Assert.Equal(proof, ProofItem.Read((await Table.QueryAsync(ItemQuery.Proofs(proof.Tenant))).Single()));
        Assert.False(await Table.TryUpdateAsync(ProofItem.Settle(proof with { At = Noon.AddDays(1) })));

        var look = new LookRecord { Tenant = Guid.NewGuid(), At = Noon, Since = Noon, ClaimedTxid = "000000000000002a", ClaimedAt = Noon, Replica = "s3://x/y" };
        Assert.True(await Table.TryUpdateAsync(LookItem.Put(look)));
        Assert.False(await Table.TryUpdateAsync(LookItem.Put(look with { At = Noon.AddMinutes(-1) })));
        Assert.True(await Table.TryUpdateAsync(LookItem.Settle(look.Tenant, Noon.AddMinutes(1))));
        Assert.DoesNotContain(await Table.QueryAsync(ItemQuery.Problems(look.Tenant.ToByteArray()[15] & 15)), i => i.Key == look.Key);

        var audit = new AuditRecord { Id = _ids.Next(), At = Noon, Actor = "ada", Action = "restore", Target = "x" };
        Assert.True(await Table.TryUpdateAsync(AuditItem.Append(audit)));
        Assert.False(await Table.TryUpdateAsync(AuditItem.Append(audit with { Actor = "eve" })));
        Assert.Equal(audit, AuditItem.Read((await Table.QueryAsync(ItemQuery.Audit(Noon))).Single()));
        Assert.True(await Table.TryUpdateAsync(AuditItem.Complete(audit with { DoneAt = Noon })));
        Assert.False(await Table.TryUpdateAsync(AuditItem.Complete(audit with { DoneAt = Noon.AddDays(1) })));
    }

    [NeedsNode]
    public async Task A_drills_proof_is_written_once_for_each_command_and_the_tenant_hears_of_the_latest()
    {
        var (command, other, tenant) = (_ids.Next(), _ids.Next(), Tenant("web-8"));
        var proof = new ProofRecord { Tenant = tenant.Tenant, At = Noon, Verdict = ProofVerdicts.Fail, By = "web-8", Command = command, Detail = "page 3" };
        Assert.True(await Table.TryUpdateAsync(ProofItem.Put(proof)));
        Assert.True(await Table.TryUpdateAsync(ProofItem.Put(proof with { Verdict = ProofVerdicts.Pass, Detail = null })));
        Assert.False(await Table.TryUpdateAsync(ProofItem.Put(proof with { Command = other })));
        Assert.False(await Table.TryUpdateAsync(ProofItem.Put(proof with { Command = null })));
        var found = (await Table.QueryAsync(ItemQuery.Proofs(tenant.Tenant))).Single();
        Assert.Equal((ProofVerdicts.Pass, null, null), (ProofItem.Read(found).Verdict, found.Text("detail"), found.Text(FleetTable.ProblemKey)));

        Assert.False(await Table.TryUpdateAsync(TenantItem.Drilled(proof)));
        await Table.TryUpdateAsync(TenantItem.Describe(tenant));
        Assert.True(await Table.TryUpdateAsync(TenantItem.Drilled(proof with { At = Noon.AddHours(2) })));
        Assert.False(await Table.TryUpdateAsync(TenantItem.Drilled(proof with { At = Noon.AddHours(1), Verdict = ProofVerdicts.Pass })));
        Assert.True(await Table.TryUpdateAsync(TenantItem.Describe(tenant with { Problem = null, UpdatedAt = Noon.AddHours(3) })));
        var described = TenantItem.Read((await Table.FindAsync(tenant.Key))!);
        Assert.Equal((Noon.AddHours(2), ProofVerdicts.Fail, Noon.AddHours(3)), (described.LastDrillAt, described.LastDrillVerdict, described.UpdatedAt));
    }

    [NeedsNode]
    public async Task A_command_that_nobody_can_read_is_refused_unless_somebody_answered_and_a_request_happens_once_a_day()
    {
        var (bad, begun) = (Command(), Command());
        await Table.TryUpdateAsync(CommandItem.Put(bad));
        Assert.True(await Table.TryUpdateAsync(CommandItem.Refuse((await Table.FindAsync(bad.Key))!, CommandErrors.BadArgument, "argTimestamp", Noon)!));
        Assert.Equal((CommandStates.Failed, CommandErrors.BadArgument, bad.Tenant), CommandItem.Read((await Table.FindAsync(bad.Key))!) is var failed ? (failed.State, failed.ErrorCode, failed.Tenant) : default);
        await Table.TryUpdateAsync(CommandItem.Put(begun));
        var asRequested = (await Table.FindAsync(begun.Key))!;
        await Table.TryUpdateAsync(CommandItem.Claim(begun, "run", Noon));
        Assert.False(await Table.TryUpdateAsync(CommandItem.Refuse(asRequested, CommandErrors.BadArgument, "argTimestamp", Noon)!));

        var request = new RequestRecord { Actor = "ada", IdempotencyKey = $"{Guid.NewGuid()}", At = Noon, Action = "POST /api/restores", BodyHash = "9f86", Target = _ids.Next() };
        Assert.True(await Table.TryUpdateAsync(RequestItem.Put(request)));
        Assert.False(await Table.TryUpdateAsync(RequestItem.Put(request with { At = Noon.AddHours(23), Target = _ids.Next() })));
        Assert.Equal(request, RequestItem.Read((await Table.FindAsync(request.Key))!, request.IdempotencyKey));
        Assert.True(await Table.TryUpdateAsync(RequestItem.Put(request with { Actor = "eve" })));
        Assert.True(await Table.TryUpdateAsync(RequestItem.Put(request with { At = Noon.AddHours(25), Target = _ids.Next() })));
    }

    [NeedsNode]
    public async Task Each_start_under_an_id_is_one_epoch_further_and_commands_are_announced_only_to_hosts_that_exist()
    {
        var digest = new HostDigest { HostId = "web-5", State = HostStates.Running, At = Noon, StartedAt = Noon, IntervalSeconds = 30, Version = "1" };
        Assert.False(await Table.TryUpdateAsync(HostDigestItem.CommandAdded("web-5")));
        Assert.True(await Table.TryUpdateAsync(HostDigestItem.Register(digest)));
        Assert.True(await Table.TryUpdateAsync(HostDigestItem.Heartbeat(digest, 1)));
        Assert.True(await Table.TryUpdateAsync(HostDigestItem.CommandAdded("web-5")));
        Assert.True(await Table.TryUpdateAsync(HostDigestItem.CommandAdded("web-5")));
        Assert.True(await Table.TryUpdateAsync(HostDigestItem.Register(digest)));
        Assert.False(await Table.TryUpdateAsync(HostDigestItem.Heartbeat(digest, 1)));
        Assert.Equal(digest with { LeaseEpoch = 2, CommandsWaiting = 2 }, HostDigestItem.Read((await Table.FindAsync(FleetKeys.Host("web-5")))!));
    }

    private CommandRecord Command() => new()
    {
        HostId = "web-1",
        Id = _ids.Next(),
        Kind = CommandKinds.Sync,
        State = CommandStates.Requested,
        Tenant = Guid.NewGuid(),
        RequestedAt = Noon,
        RequestedBy = "ada",
        ExpiresAt = Noon.AddHours(1),
    };

    private static TenantRecord Tenant(string host) => new()
    {
        Tenant = Guid.NewGuid(),
        HostId = host,
        Epoch = 1,
        Replica = "s3://backups/x",
        Path = "/srv/x.db",
        Status = StatusWords.Error,
        Problem = ProblemWords.Error,
        Since = Noon,
        UpdatedAt = Noon,
    };
}
