using System.Globalization;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Scenarios;

public sealed class RestoreTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task Every_TXID_restores_to_what_the_database_was_then()
    {
        var (tenant, points) = await ReplicateInStepsAsync(steps: 6);
        foreach (var (txid, digest, _) in points)
        {
            var restored = await tenant.RestoreAsync("-txid", txid);
            Assert.Equal(digest, (await WriterProgram.DigestsAsync(_sandbox, restored))[restored]);
        }
    }

    [Fact]
    public async Task A_time_restores_to_what_the_database_was_then()
    {
        var (tenant, points) = await ReplicateInStepsAsync(steps: 4);
        foreach (var (_, digest, seen) in points)
        {
            var restored = await tenant.RestoreAsync("-timestamp", seen.ToString("O", CultureInfo.InvariantCulture));
            Assert.Equal(digest, (await WriterProgram.DigestsAsync(_sandbox, restored))[restored]);
        }
    }

    [Fact]
    public async Task A_time_before_the_first_backup_is_refused_with_the_range_that_exists()
    {
        var (tenant, _) = await ReplicateInStepsAsync(steps: 1);
        var output = _sandbox.NextRestorePath();
        (await tenant.TryRestoreAsync(output, "-timestamp", "2001-02-03T04:05:06Z")).Must(1).MustSay("2001-02-03", DateTime.UtcNow.Year.ToString(CultureInfo.InvariantCulture));
        Assert.False(File.Exists(output));
    }

    [Fact]
    public async Task A_TXID_beyond_the_newest_is_refused()
    {
        var (tenant, _) = await ReplicateInStepsAsync(steps: 1);
        var output = _sandbox.NextRestorePath();
        (await tenant.TryRestoreAsync(output, "-txid", "00000000000fffff")).Must(1).MustSay("00000000000fffff");
        Assert.False(File.Exists(output));
    }

    [Fact]
    public async Task A_tenant_is_found_by_its_GUID_below_a_replica()
    {
        var (tenant, points) = await ReplicateInStepsAsync(steps: 1);
        var output = _sandbox.NextRestorePath();
        (await PublishedProgram.RunAsync(_sandbox, "restore", "-o", output, "-replica", _sandbox.ReplicaUrl, tenant.Id.ToUpperInvariant())).MustSucceed();
        Assert.Equal(points[^1].Digest, (await WriterProgram.DigestsAsync(_sandbox, output))[output]);
    }

    [Fact]
    public async Task A_level_that_may_not_be_listed_is_not_taken_for_an_empty_one()
    {
        var (tenant, _) = await ReplicateInStepsAsync(steps: 2);
        var output = Path.Combine(_sandbox.Folder("shared"), "x.db");
        var program = Path.Combine(_sandbox.Root, "litestream");
        File.Copy(PublishedProgram.Path, program);
        // Root may list anything; so somebody else must try, who gets at everything but that one folder.
        (await ChildProcess.RunAsync("chmod", ["-R", "a+rwX", _sandbox.Root], _sandbox.Root)).MustSucceed();
        (await ChildProcess.RunAsync("chmod", ["a+x", program], _sandbox.Root)).MustSucceed();
        var level = Path.Combine(tenant.ReplicaFolder, "ltx", "0");
        (await ChildProcess.RunAsync("chmod", ["000", level], _sandbox.Root)).MustSucceed();
        string[] restore = [program, "restore", "-o", output, tenant.ReplicaUrl];
        string[] command = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", .. restore] : restore;
        var result = await ChildProcess.RunAsync(command[0], command[1..], _sandbox.Root, _sandbox.Environment);
        (await ChildProcess.RunAsync("chmod", ["700", level], _sandbox.Root)).MustSucceed();
        result.Must(1).MustSay(level, "able to read");
        Assert.False(File.Exists(output));
    }

    [Fact]
    public async Task An_existing_file_is_not_overwritten()
    {
        var (tenant, _) = await ReplicateInStepsAsync(steps: 1);
        var output = await tenant.RestoreAsync();
        await File.WriteAllTextAsync(output, "somebody's work");
        (await tenant.TryRestoreAsync(output)).Must(1).MustSay(output, "exist");
        Assert.Equal("somebody's work", await File.ReadAllTextAsync(output));
    }

    [Fact]
    public async Task A_replica_that_is_not_there_is_named()
    {
        var output = _sandbox.NextRestorePath();
        var nowhere = _sandbox.ReplicaUrl + "/databases/" + Guid.NewGuid();
        (await PublishedProgram.RunAsync(_sandbox, "restore", "-o", output, nowhere)).Must(1).MustSay(nowhere["file://".Length..]);
        Assert.False(File.Exists(output));
    }

    [Fact]
    public async Task A_damaged_replica_is_refused_or_reported_and_never_restored_in_silence()
    {
        var (tenant, points) = await ReplicateInStepsAsync(steps: 3);
        var file = Directory.GetFiles(Path.Combine(tenant.ReplicaFolder, "ltx", "1"), "0000000000000001-*.ltx").Single();
        var bytes = await File.ReadAllBytesAsync(file);
        for (var at = 100; at < bytes.Length - 16; at += 97)
            bytes[at] ^= 0x55;
        await File.WriteAllBytesAsync(file, bytes);

        var output = _sandbox.NextRestorePath();
        var result = await tenant.TryRestoreAsync(output);
        Assert.True(result.ExitCode is 1 or 3, $"exit code {result.ExitCode}\n{result.All}");
        result.MustSay("0000000000000001-");
        Assert.False(result.ExitCode == 1 && File.Exists(output), "a refused restore left a file");
        Assert.NotEmpty(points);
    }

    [Fact]
    public async Task The_files_of_a_replica_are_listed()
    {
        var (tenant, points) = await ReplicateInStepsAsync(steps: 2);
        (await PublishedProgram.RunAsync(_sandbox, "ltx", tenant.ReplicaUrl)).MustSucceed().MustSay("0000000000000001", points[^1].Txid);
    }

    [Fact]
    public async Task Restoring_while_the_application_commits_gives_a_whole_state_each_time()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox, "-level-intervals", "1s,3s,9s", "-l0-retention", "2s");
        await agent.WaitForActiveAsync(tenant.Id);
        using var writer = WriterProgram.Start(_sandbox, "write", tenant.Path, "-seconds", "120", "-rate", "200", "-seed", "7");
        var before = 0L;
        // Until two level-1 files were made from live level-0 files, and some of those are gone.
        await Eventually.TrueAsync(async () =>
        {
            var restored = await tenant.RestoreAsync();
            var checks = await WriterProgram.ChecksAsync(_sandbox, restored);
            Assert.Equal("ok", checks[restored]);
            using var reader = await Application.OpenAsync(_sandbox, restored);
            var committed = await reader.NumberAsync("SELECT coalesce(sum(committed), 0) FROM progress");
            Assert.True(committed >= before, $"a later restore has fewer commits: {before}, then {committed}");
            before = committed;
            return before > 100 && tenant.Files(1).Count >= 3 && tenant.Files(0)[0].Min > 3;
        }, () => $"commits arrive, levels are made, old files go: {before} commits, {tenant.Listing()}\n{agent.Said}", TimeSpan.FromSeconds(90));

        writer.Send(Signal.Terminate);
        Assert.Equal(0, await writer.WaitForExitAsync(Eventually.Patience));
        await tenant.ReplicaBecomesEqualAsync(agent);
    }

    /// <summary>One published TXID per step: the digest of the database then, and a time just after.</summary>
    private async Task<(Tenant Tenant, List<(string Txid, string Digest, DateTimeOffset Seen)> Points)> ReplicateInStepsAsync(int steps)
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);
        using var application = await tenant.OpenAsync();
        var points = new List<(string, string, DateTimeOffset)>();
        for (var i = 0; i < steps; i++)
        {
            await application.InsertAsync(10);
            await tenant.ReplicaBecomesEqualAsync(agent);
            var client = await agent.ClientAsync(tenant.Id);
            points.Add((client!.ReplicatedTxid!, (await WriterProgram.DigestsAsync(_sandbox, tenant.Path))[tenant.Path], DateTimeOffset.UtcNow));
        }

        await agent.StopInOrderAsync();
        return (tenant, points);
    }
}
