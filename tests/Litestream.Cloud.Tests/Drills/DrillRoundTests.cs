using System.Text.Json;
using Litestream.Cloud.Drills;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Tests.Servers;

namespace Litestream.Cloud.Tests.Drills;

/// <summary>The worker beside real replicas: what it proves, what it finds wrong, and what it leaves to others.</summary>
public sealed class DrillRoundTests
{
    [Fact]
    public async Task Every_tenant_is_restored_and_proven_and_leaves_its_evidence_and_nothing_in_scratch()
    {
        await using var fleet = await DrilledFleet.StartAsync();
        var tenants = await fleet.ReplicateAsync(5);
        var worker = fleet.Worker();
        var report = await fleet.RoundAsync(worker);
        Assert.Equal((256, 5, 5, 0, 0, 0, false), (report.Slices, report.Tenants, report.Passed, report.Failed, report.Inconclusive, report.Behind, report.IsCut));
        foreach (var tenant in tenants)
        {
            var proof = Assert.Single(fleet.Proofs(tenant.Tenant));
            Assert.Equal((ProofVerdicts.Pass, "worker-1", tenant.ReplicatedTxid, "sum,integrity", (string?)null), (proof.Verdict, proof.By, proof.Txid, proof.Checks, proof.Detail));
            Assert.Equal(new FileInfo(tenant.Path).Length, proof.Bytes);
            var now = fleet.Tenant(tenant.Tenant);
            Assert.Equal((proof.At, (DateTimeOffset?)proof.At, ProofVerdicts.Pass, tenant.ReplicatedTxid), (now.LastDrillAt!.Value, now.LastDrillPassAt, now.LastDrillVerdict, now.SeenTxid));
            using var evidence = JsonDocument.Parse(await File.ReadAllTextAsync(new Uri(proof.Evidence!).LocalPath));
            Assert.Equal((tenant.Tenant, "pass", tenant.ReplicatedTxid), (evidence.RootElement.GetProperty("tenantId").GetGuid(), evidence.RootElement.GetProperty("verdict").GetString(), evidence.RootElement.GetProperty("txid").GetString()));
            Assert.Equal(16, evidence.RootElement.GetProperty("sum").GetString()!.Length);
            Assert.StartsWith($"{fleet.Folder}/backups/databases/{tenant.Tenant}/drills/", new Uri(proof.Evidence!).LocalPath, StringComparison.Ordinal);
        }
        Assert.False(fleet.HasScratch);
        Assert.Equal(new RoundReport(), await fleet.RoundAsync(worker)); // nothing is due any more
        fleet.Skip(TimeSpan.FromHours(7));
        Assert.Equal((256, 5, 0), (await fleet.RoundAsync(worker)) is var visit ? (visit.Slices, visit.Tenants, visit.Passed) : default);
        fleet.Skip(TimeSpan.FromDays(6.7));
        Assert.Equal(5, (await fleet.RoundAsync(worker)).Passed);
    }

    [Fact]
    public async Task A_file_damaged_behind_our_back_is_named_with_its_page_as_a_problem_and_settled_once_it_is_mended()
    {
        await using var fleet = await DrilledFleet.StartAsync();
        fleet.Seeded.Host("web-1");
        var tenants = await fleet.ReplicateAsync(3);
        var bad = tenants[1];
        var damaged = fleet.NewestFiles(bad).ToDictionary(f => f, File.ReadAllBytes);
        foreach (var file in damaged.Keys)
            DrilledFleet.Damage(file);
        var worker = fleet.Worker();
        var report = await fleet.RoundAsync(worker);
        Assert.Equal((2, 1), (report.Passed, report.Failed));
        var proof = Assert.Single(fleet.Proofs(bad.Tenant));
        Assert.Equal(ProofVerdicts.Fail, proof.Verdict);
        Assert.Contains(damaged.Keys, f => proof.Detail!.Contains(Path.GetFileName(f), StringComparison.Ordinal));
        Assert.True(System.Text.RegularExpressions.Regex.IsMatch(proof.Detail!, "page [0-9]+"), proof.Detail);
        var problem = Assert.Single((await fleet.Seeded.GetAsync("/api/problems")).GetProperty("items").EnumerateArray());
        Assert.Equal(("proof-failed", bad.Tenant, proof.Detail), (problem.GetProperty("kind").GetString(), problem.GetProperty("tenantId").GetGuid(), problem.GetProperty("detail").GetString()));
        Assert.Equal((1, 1, 0), fleet.Slice(bad.Tenant) is var slice ? (slice.Tenants, slice.Failed, slice.ProvenWithin7Days) : default);

        foreach (var (file, bytes) in damaged)
            await File.WriteAllBytesAsync(file, bytes);
        fleet.Skip(TimeSpan.FromHours(7));
        Assert.Equal(1, (await fleet.RoundAsync(worker)).Passed);
        Assert.Empty((await fleet.Seeded.GetAsync("/api/problems")).GetProperty("items").EnumerateArray());
        Assert.Equal([ProofVerdicts.Fail, ProofVerdicts.Pass], fleet.Proofs(bad.Tenant).Select(p => p.Verdict));
        Assert.Equal((0, 1), fleet.Slice(bad.Tenant) is var mended ? (mended.Failed, mended.ProvenWithin7Days) : default);
    }

    [Fact]
    public async Task What_is_too_large_or_out_of_reach_its_host_is_asked_for_once_a_day_if_it_lives()
    {
        await using var fleet = await DrilledFleet.StartAsync();
        fleet.Seeded.Host("web-1");
        fleet.Seeded.Host("web-2", TimeSpan.FromDays(1));
        var large = (await fleet.ReplicateAsync(1))[0];
        var elsewhere = fleet.Seeded.Tenant("web-1", t => t with { Replica = $"file:///srv/nowhere/databases/{t.Tenant}" });
        var foreign = fleet.Seeded.Tenant("web-1", t => t with { Replica = $"s3://backups/databases/{t.Tenant}?endpoint=http://192.0.2.1" });
        var lost = fleet.Seeded.Tenant("web-2", t => t with { Replica = $"file:///srv/nowhere/databases/{t.Tenant}" });
        var worker = fleet.Worker(change: o => o with { LargestBytes = 5000 });
        Assert.Equal((4, 3, 0), (await fleet.RoundAsync(worker)) is var report ? (report.Tenants, report.Asked, report.Inconclusive) : default);
        var commands = fleet.Seeded.Commands("web-1");
        Assert.Equal(new[] { large.Tenant, elsewhere.Tenant, foreign.Tenant }.Order(), commands.Select(c => c.Tenant).Order());
        Assert.All(commands, c => Assert.Equal((CommandKinds.Drill, "worker-1", (Ulid?)null), (c.Kind, c.RequestedBy, c.Job)));
        Assert.Equal(3, fleet.Seeded.Waiting("web-1"));
        Assert.Empty(fleet.Seeded.Commands("web-2"));
        Assert.Empty(fleet.Proofs(lost.Tenant));
        fleet.Skip(TimeSpan.FromHours(7));
        Assert.Equal(0, (await fleet.RoundAsync(worker)).Asked);

        // A catalogue that says small of what is large: the chain itself tells.
        fleet.Seeded.Put(TenantItem.Write(large with { SizeBytes = 100 }));
        fleet.Skip(TimeSpan.FromHours(24));
        Assert.Equal((3, 0, 0), (await fleet.RoundAsync(worker)) is var again ? (again.Asked, again.Passed, again.Failed) : default);
        Assert.False(fleet.HasScratch);
    }

    [Fact]
    public async Task A_replica_that_does_not_answer_says_nothing_and_a_tenant_without_one_is_left_alone()
    {
        await using var fleet = await DrilledFleet.StartAsync();
        fleet.Seeded.Tenant("web-1", t => t with { ReplicatedTxid = null, Txid = null });
        var unread = (await fleet.ReplicateAsync(1))[0];
        // Its folder of level 1 is a file by now: nothing that retries would mend.
        var level = Path.GetDirectoryName(fleet.LtxFiles(unread)[^1])!;
        Directory.Move(level, level + ".away");
        await File.WriteAllTextAsync(level, "");
        var worker = fleet.Worker();
        Assert.Equal((2, 1, 0), (await fleet.RoundAsync(worker)) is var report ? (report.Tenants, report.Inconclusive, report.Failed) : default);
        Assert.Equal(ProofVerdicts.Inconclusive, Assert.Single(fleet.Proofs(unread.Tenant)).Verdict);
        Assert.Empty((await fleet.Seeded.GetAsync("/api/problems")).GetProperty("items").EnumerateArray());
        File.Delete(level);
        Directory.Move(level + ".away", level);
        fleet.Skip(TimeSpan.FromHours(7));
        Assert.Equal(1, (await fleet.RoundAsync(worker)).Passed);
    }

    [Fact]
    public async Task Two_workers_at_once_drill_every_tenant_once_and_three_lanes_of_one_as_well()
    {
        await using var fleet = await DrilledFleet.StartAsync();
        var tenants = await fleet.ReplicateAsync(12, commits: 1);
        var reports = await Task.WhenAll(fleet.RoundAsync(fleet.Worker("worker-1", o => o with { Lanes = 3 })), fleet.RoundAsync(fleet.Worker("worker-2")));
        Assert.Equal((256, 12), (reports.Sum(r => r.Slices), reports.Sum(r => r.Passed)));
        Assert.All(tenants, t => Assert.Single(fleet.Proofs(t.Tenant)));
    }

    [Fact]
    public async Task A_dead_workers_slice_is_gone_on_with_behind_its_cursor_once_its_claim_is_past()
    {
        await using var fleet = await DrilledFleet.StartAsync();
        var tenants = (await fleet.ReplicateAsync(1)).Concat([fleet.Seeded.Tenant("web-1", t => t with { ReplicatedTxid = null, Txid = null })]).ToList();
        var slice = Convert.ToInt32(FleetKeys.SliceOf(tenants[0].Tenant), 16);
        var dead = SliceItem.Write(new() { Slice = slice, ClaimedBy = "worker-dead", ClaimedUntil = fleet.Time.GetUtcNow().AddMinutes(2), Cursor = tenants[0].Tenant });
        fleet.Seeded.Put(dead);
        var worker = fleet.Worker();
        Assert.Equal((255, 0), (await fleet.RoundAsync(worker)) is var first ? (first.Slices, first.Passed) : default);
        fleet.Skip(TimeSpan.FromMinutes(3));
        // Its cursor says that the tenant was done; it was not, and the next visit finds that.
        Assert.Equal((1, 0), (await fleet.RoundAsync(worker)) is var second ? (second.Slices, second.Passed) : default);
        Assert.Equal((null, null, null, 1), fleet.Slice(tenants[0].Tenant) is var now ? (now.ClaimedBy, now.ClaimedUntil, now.Cursor, now.Tenants) : default);
        fleet.Skip(TimeSpan.FromHours(7));
        Assert.Equal(1, (await fleet.RoundAsync(worker)).Passed);
    }

    [Fact]
    public async Task A_round_whose_time_is_over_lets_go_of_its_slice_and_the_next_worker_goes_on_at_once()
    {
        await using var fleet = await DrilledFleet.StartAsync();
        var tenant = (await fleet.ReplicateAsync(1))[0];
        using var end = new CancellationTokenSource();
        // Lambda's time is over while a proof is being written.
        fleet.Table.Fault = request =>
        {
            if (request.Operation != "UpdateItem" || !request.Item.Partition.StartsWith(FleetKeys.ProofPrefix, StringComparison.Ordinal))
                return TableServerFault.None;
            end.Cancel();
            return TableServerFault.Hang;
        };
        var cut = await fleet.RoundAsync(fleet.Worker("worker-1", o => o with { Lanes = 1 }), end.Token);
        Assert.True(cut.IsCut);
        Assert.Empty(fleet.Proofs(tenant.Tenant));
        Assert.False(fleet.HasScratch);
        fleet.Table.Fault = _ => TableServerFault.None;
        fleet.Table.Release();
        var next = await fleet.RoundAsync(fleet.Worker("worker-2"));
        Assert.Equal((256, 1), (cut.Slices + next.Slices, next.Passed));
        Assert.True((await fleet.Worker("worker-3").RunAsync(fleet.Time.GetUtcNow().AddSeconds(12), default)).IsCut); // too short for anything
    }

    /// <summary>It takes longer than a worker has: whoever comes next would stand before it as well, and the rest of its slice would never be proven.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_tenant_that_no_worker_can_drill_in_its_time_holds_up_no_other_whether_its_host_lives_or_not(bool lives)
    {
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", S3Server.AccessKeyId);
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", S3Server.SecretAccessKey);
        await using var store = await S3Server.StartAsync("backups");
        await using var fleet = await DrilledFleet.StartAsync();
        if (lives)
            fleet.Seeded.Host("web-1");
        var made = (await fleet.ReplicateAsync(1))[0];
        fleet.Table.Delete(FleetKeys.Tenant(made.Tenant).Partition, FleetKeys.Tenant(made.Tenant).Sort);
        foreach (var file in fleet.LtxFiles(made))
            store.Store.Put("backups", $"slow/000{Path.GetFileName(Path.GetDirectoryName(file))}/{Path.GetFileName(file)}", await File.ReadAllBytesAsync(file), new Dictionary<string, string>(), onlyIfAbsent: true);
        var slow = made with { Tenant = Guid.Parse("a7000000-0000-7000-8000-000000000001"), Replica = "s3://backups/slow" };
        var quick = made with { Tenant = Guid.Parse("a7000000-0000-7000-8000-000000000002") };
        fleet.Seeded.Put(TenantItem.Write(slow));
        fleet.Seeded.Put(TenantItem.Write(quick));
        using var end = new CancellationTokenSource();
        var reads = 0;
        store.Fault = request =>
        {
            if (request is not { Method: "GET", IsListing: false } || Interlocked.Increment(ref reads) > 1)
                return S3ServerFault.None;
            fleet.Skip(TimeSpan.FromMinutes(6));
            end.Cancel();
            return S3ServerFault.InternalError;
        };
        Assert.True((await fleet.RoundAsync(fleet.Worker("worker-1", o => o with { Lanes = 1 }, store.Endpoint), end.Token)).IsCut);
        Assert.Equal(lives ? 1 : 0, fleet.Seeded.Commands("web-1").Count);
        var begun = reads;
        var next = fleet.Worker("worker-2", s3Endpoint: store.Endpoint);
        Assert.Equal(1, (await fleet.RoundAsync(next)).Passed);
        Assert.Single(fleet.Proofs(quick.Tenant));
        Assert.Equal(begun, reads);

        // Its host has it for a day; without one it is tried again with the next visit.
        fleet.Skip(TimeSpan.FromHours(7));
        Assert.Equal(lives ? 0 : 1, (await fleet.RoundAsync(next)).Passed);
        fleet.Skip(TimeSpan.FromHours(24));
        await fleet.RoundAsync(next);
        Assert.NotEmpty(fleet.Proofs(slow.Tenant));
    }

    [Fact]
    public async Task A_table_that_fails_one_slice_leaves_the_others_visited()
    {
        await using var fleet = await DrilledFleet.StartAsync();
        await fleet.ReplicateAsync(2);
        fleet.Table.Fault = request => request.Operation == "UpdateItem" && request.Item == ("SLICES", "a7") ? TableServerFault.InternalError : TableServerFault.None;
        var report = await fleet.RoundAsync(fleet.Worker());
        Assert.Equal((255, true), (report.Slices, report.IsCut));
        fleet.Table.Fault = _ => TableServerFault.None;
        Assert.Equal(1, (await fleet.RoundAsync(fleet.Worker())).Slices);
    }

    [Fact]
    public async Task Without_room_for_a_restore_nothing_is_said_of_the_backup()
    {
        await using var fleet = await DrilledFleet.StartAsync();
        var tenant = (await fleet.ReplicateAsync(1))[0];
        await File.WriteAllTextAsync(Path.Combine(fleet.Folder, "file"), "");
        var report = await fleet.RoundAsync(fleet.Worker(change: o => o with { Scratch = Path.Combine(fleet.Folder, "file", "scratch") }));
        Assert.Equal((256, 1, 0, 0), (report.Slices, report.Inconclusive, report.Failed, report.Passed));
        Assert.Equal(ProofVerdicts.Inconclusive, Assert.Single(fleet.Proofs(tenant.Tenant)).Verdict);
    }

    [Fact]
    public async Task What_a_killed_worker_left_in_scratch_goes_with_the_next_round_and_what_a_living_one_has_stays()
    {
        await using var fleet = await DrilledFleet.StartAsync();
        var scratch = Path.Combine(fleet.Folder, "scratch");
        using var living = ScratchFolder.Take(new() { Name = "worker-living", Scratch = scratch });
        var (left, used) = (Directory.CreateDirectory(Path.Combine(scratch, "worker-killed", "a-tenant")), Directory.CreateDirectory(Path.Combine(scratch, "worker-living", "a-tenant")));
        await File.WriteAllTextAsync(Path.Combine(left.FullName, "restored.db"), "somebody's data");
        await fleet.RoundAsync(fleet.Worker());
        Assert.Equal((false, true), (Directory.Exists(Path.Combine(scratch, "worker-killed")), used.Exists && Directory.Exists(used.FullName)));
        living.Dispose();
        Assert.False(fleet.HasScratch);
    }
}
