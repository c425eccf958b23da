using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Packages.Recipes;
using Litestream.EndToEnd.Programs;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Replication;
using Xunit.Abstractions;

namespace Litestream.EndToEnd.Fleet;

/// <summary>A tenant moves between two hosts that live, under an application that writes all the time; whoever takes part dies.</summary>
public sealed class FleetMoveTests(ITestOutputHelper output)
{
    [NeedsNode]
    public async Task Under_steady_writes_every_acknowledged_commit_is_in_the_moved_database()
    {
        using var fleet = await FleetHosts.BeginAsync();
        var tenant = await fleet.CreateTenantAsync("web-1");
        using (var application = await tenant.OpenAsync())
            await application.InsertAsync(20_000, 1000);
        var told = Path.Combine(fleet.Sandbox.Root, "told");
        var hook = Path.Combine(fleet.Sandbox.Root, "hook.sh");
        ShellScript.Write(hook, $"""
            {Recipe.Read("move.md").Single().Text}
            test $1 != leaving || ls "$closed" >> {told}
            echo "$1 $LITESTREAM_MOVE_PATH $LITESTREAM_MOVE_FROM $LITESTREAM_MOVE_TO" >> {told}
            """);
        using var first = await fleet.StartAsync("web-1", null, "-move-hook", hook);
        using var second = await fleet.StartAsync("web-2", null, "-move-hook", hook);
        await first.WaitForActiveAsync(tenant.Id);
        await fleet.OwnerIsAsync(tenant, "web-1", 1, StatusWords.Active);
        var there = tenant with { Directory = fleet.FolderOf("web-2") };
        await using var writer = await SteadyWriter.BeginAsync(tenant);
        writer.GoTo(there.Path);

        var moved = await fleet.RunAsync("web-2", second, tenant, CommandKinds.Adopt, new() { Epoch = 1, From = "web-1" });

        Assert.True(moved.State == CommandStates.Done, $"{moved}\n{second.Said}\n{first.Said}");
        await writer.GoesOnAsync();
        await writer.StopAsync();
        await fleet.OwnerIsAsync(tenant, "web-2", 2, StatusWords.Active);
        await writer.HasEverythingAsync(there.Path);
        await second.SyncAsync(tenant.Id);
        await there.ReplicaBecomesEqualAsync(second);
        Assert.Equal($"{tenant.Id}\nleaving {tenant.Path} web-1 web-2\narrived {there.Path} web-1 web-2\n", await File.ReadAllTextAsync(told));
        Assert.True(moved is { PausedAt: not null, PausedMs: > 0 }, $"{moved}");
        output.WriteLine($"{new FileInfo(there.Path).Length} bytes moved; {moved.Result}; the application's longest pause {writer.LongestPause.TotalSeconds:0.000} s of {writer.Acknowledged.Count} commits");

        // And back, to where its former file's place is vacated.
        await using var back = await SteadyWriter.BeginAsync(there);
        back.GoTo(tenant.Path);
        var returned = await fleet.RunAsync("web-1", first, tenant, CommandKinds.Adopt, new() { Epoch = 2, From = "web-2" });
        Assert.True(returned.State == CommandStates.Done, $"{returned}\n{first.Said}");
        await back.GoesOnAsync();
        await back.StopAsync();
        await fleet.OwnerIsAsync(tenant, "web-1", 3, StatusWords.Active);
        await back.HasEverythingAsync(tenant.Path);
        await writer.HasEverythingAsync(tenant.Path);
        await tenant.ReplicaBecomesEqualAsync(first);
        output.WriteLine($"back: {returned.Result}");
    }

    public static TheoryData<string, string> Deaths => new()
    {
        { "web-2", nameof(FaultPoint.MoveSeeded) },
        { "web-2", nameof(FaultPoint.MoveReleasePut) },
        { "web-2", nameof(FaultPoint.MoveReleased) },
        { "web-2", nameof(FaultPoint.EpochRaised) },
        { "web-2", nameof(FaultPoint.FencedNotRestored) },
        { "web-2", nameof(FaultPoint.RestoreNamed) },
        { "web-2", nameof(FaultPoint.CommandNotTold) },
        { "web-1", nameof(FaultPoint.LeavingNoted) },
        { "web-1", nameof(FaultPoint.LeavingShut) },
        { "web-1", nameof(FaultPoint.LeftNotReleased) },
        { "web-1", nameof(FaultPoint.CommandNotTold) },
    };

    [NeedsNodeTheory]
    [MemberData(nameof(Deaths))]
    public async Task Whoever_dies_in_the_middle_the_next_start_goes_on_and_no_acknowledged_commit_is_lost(string victim, string step)
    {
        using var fleet = await FleetHosts.BeginAsync();
        var tenant = await fleet.CreateTenantAsync("web-1");
        var agents = new Dictionary<string, RunningAgent>();
        foreach (var host in new[] { "web-1", "web-2" })
            agents[host] = await fleet.StartAsync(host, host == victim ? step : null);
        await agents["web-1"].WaitForActiveAsync(tenant.Id);
        await fleet.OwnerIsAsync(tenant, "web-1", 1, StatusWords.Active);
        var there = tenant with { Directory = fleet.FolderOf("web-2") };
        await using var writer = await SteadyWriter.BeginAsync(tenant);
        writer.GoTo(there.Path);

        var command = await fleet.PutAsync("web-2", tenant, CommandKinds.Adopt, new() { Epoch = 1, From = "web-1" });
        await agents[victim].WaitForExitAsync();
        agents[victim] = await fleet.StartAsync(victim);
        var moved = await fleet.EndOfAsync(command, agents["web-2"]);

        Assert.True(moved.State == CommandStates.Done, $"{moved}\n{agents["web-2"].Said}\n{agents["web-1"].Said}");
        await writer.GoesOnAsync();
        await writer.StopAsync();
        await fleet.OwnerIsAsync(tenant, "web-2", 2, StatusWords.Active);
        await writer.HasEverythingAsync(there.Path);
        await there.ReplicaBecomesEqualAsync(agents["web-2"]);
        Assert.Empty(Directory.GetFiles(there.Directory, "*.part*"));
        output.WriteLine($"{victim} killed at {step}: {moved.Result}");
    }

    [NeedsNode]
    public async Task Called_back_before_its_host_lets_it_go_nothing_has_changed_and_no_piece_of_it_stays()
    {
        using var fleet = await FleetHosts.BeginAsync();
        var tenant = await fleet.CreateTenantAsync("web-1");
        var first = await fleet.StartAsync("web-1");
        var second = await fleet.StartAsync("web-2");
        await fleet.OwnerIsAsync(tenant, "web-1", 1, StatusWords.Active);
        await using var writer = await SteadyWriter.BeginAsync(tenant);
        await first.KillAsync();
        var command = await fleet.PutAsync("web-2", tenant, CommandKinds.Adopt, new() { Epoch = 1, From = "web-1" });
        await Eventually.TrueAsync(async () => CommandItem.Read((await fleet.Table.FindAsync(command.Key))!).Progress?.Step == "release", () => $"it waits for web-1\n{second.Said}");

        Assert.True(await fleet.Table.TryUpdateAsync(CommandItem.AskToCancel(command, DateTimeOffset.UtcNow)));
        var ended = await fleet.EndOfAsync(command, second);

        Assert.Equal(CommandStates.Cancelled, ended.State);
        Assert.Empty(Directory.GetFiles(fleet.FolderOf("web-2"), $"{tenant.Id}*"));
        first = await fleet.StartAsync("web-1");
        await first.WaitForActiveAsync(tenant.Id);
        await fleet.OwnerIsAsync(tenant, "web-1", 1, StatusWords.Active);
        await writer.GoesOnAsync();
        Assert.Null(writer.LastError);
    }

    /// <summary>Where it should come to something else is, since a moment ago.</summary>
    [NeedsNode]
    public async Task What_cannot_come_is_given_back_to_the_host_that_let_it_go()
    {
        using var fleet = await FleetHosts.BeginAsync();
        var tenant = await fleet.CreateTenantAsync("web-1");
        var there = tenant with { Directory = fleet.FolderOf("web-2") };
        var hook = Path.Combine(fleet.Sandbox.Root, "hook.sh");
        ShellScript.Write(hook, $"""
            #!/bin/sh
            test $1 = leaving && mkdir {there.Path}
            exit 0
            """);
        using var first = await fleet.StartAsync("web-1", null, "-move-hook", hook);
        using var second = await fleet.StartAsync("web-2");
        await first.WaitForActiveAsync(tenant.Id);
        await fleet.OwnerIsAsync(tenant, "web-1", 1, StatusWords.Active);
        await using var writer = await SteadyWriter.BeginAsync(tenant);
        await writer.GoesOnAsync();

        var command = await fleet.PutAsync("web-2", tenant, CommandKinds.Adopt, new() { Epoch = 1, From = "web-1" });
        await writer.IsRefusedAsync();
        writer.GoTo(tenant.Path);
        var failed = await fleet.EndOfAsync(command, second);

        Assert.True(failed.State == CommandStates.Failed, $"{failed}\n{second.Said}");
        Assert.Contains("host web-1 has it again", failed.Error, StringComparison.Ordinal);
        await fleet.OwnerIsAsync(tenant, "web-1", (await fleet.TenantAsync(tenant))!.Epoch, StatusWords.Active);
        await writer.GoesOnAsync();
        await writer.StopAsync();
        await writer.HasEverythingAsync(tenant.Path);
        await tenant.ReplicaBecomesEqualAsync(first);
        output.WriteLine(failed.Error);
    }
}
