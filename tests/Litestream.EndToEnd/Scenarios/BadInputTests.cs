using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Litestream.EndToEnd.Programs;
using Litestream.Tests.Servers;

namespace Litestream.EndToEnd.Scenarios;

/// <summary>A clear sentence that names the thing and the way out, a non-zero exit, and nothing half-written.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task An_unknown_flag_is_named_with_the_nearest_known_one()
    {
        (await RunAsync("replicate", "-watch-dri", _sandbox.Data)).Must(2).MustSay("-watch-dri", "-watch-dir");
    }

    [Fact]
    public async Task An_unknown_verb_is_named_with_the_nearest_known_one()
    {
        (await RunAsync("restroe")).Must(2).MustSay("restroe", "restore");
    }

    [Theory]
    [InlineData("-watch-dir")]
    [InlineData("--watch-dir")]
    public async Task One_dash_and_two_mean_the_same(string flag)
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartExactlyAsync(_sandbox, flag, _sandbox.Data, flag[..^9] + "replica", _sandbox.ReplicaUrl);
        await agent.WaitForActiveAsync(tenant.Id);
    }

    [Fact]
    public async Task Without_anything_to_do_the_usage_is_told()
    {
        (await RunAsync("replicate")).Must(2).MustSay("-watch-dir");
        (await RunAsync("restore")).Must(2).MustSay("-o");
    }

    [Fact]
    public async Task Help_and_version_succeed()
    {
        (await RunAsync("-h")).MustSucceed().MustSay("replicate", "restore", "databases", "status", "ltx", "demo");
        (await RunAsync("restore", "-h")).MustSucceed().MustSay("-txid", "-timestamp");
        (await RunAsync("version")).MustSucceed().MustSay("SQLite");
    }

    [Theory]
    [InlineData("-sync-interval", "soon")]
    [InlineData("-sync-interval", "1ms")]
    [InlineData("-port", "70000")]
    [InlineData("-port", "eighty")]
    [InlineData("-log-format", "xml")]
    [InlineData("-level-intervals", "never")]
    public async Task A_value_that_cannot_be_is_named(string flag, string value)
    {
        var result = await RunAsync("replicate", "-watch-dir", _sandbox.Data, "-state-dir", _sandbox.State, flag, value);
        result.Must(2).MustSay(flag, value);
    }

    [Fact]
    public async Task A_kind_of_replica_that_is_unknown_is_named()
    {
        var result = await RunAsync("replicate", "-watch-dir", _sandbox.Data, "-state-dir", _sandbox.State, "-replica", "ftp://example.com/x");
        Assert.True(result.ExitCode is 1 or 2, result.All);
        result.MustSay("ftp://", "file://");
    }

    [Fact]
    public async Task Directories_that_cannot_be_watched_are_named_and_none_usable_is_an_error()
    {
        var missing = Path.Combine(_sandbox.Root, "missing");
        var file = Path.Combine(_sandbox.Root, "file");
        await File.WriteAllTextAsync(file, "");
        (await ReplicateAsync(missing)).Must(1).MustSay(missing);
        (await ReplicateAsync(file)).Must(1).MustSay(file, "not a directory");

        // One of two is usable: it goes on with that one, and says so about the other.
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartExactlyAsync(_sandbox, "replicate", "-watch-dir", $"{missing},{_sandbox.Data}", "-replica", _sandbox.ReplicaUrl);
        await agent.WaitForActiveAsync(tenant.Id);
        await agent.WaitForLineAsync(missing);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        (await RunAsync("replicate", "-watch-dir", _sandbox.Data, "-replica", _sandbox.ReplicaUrl, "-state-dir", _sandbox.State, "-port", port))
            .Must(1).MustSay(port, "-port");
    }

    [Fact]
    public async Task A_replica_that_cannot_be_a_folder_is_named()
    {
        var file = Path.Combine(_sandbox.Root, "file");
        await File.WriteAllTextAsync(file, "somebody's");
        await _sandbox.CreateTenantAsync();
        var result = await RunAsync("restore", "-o", _sandbox.NextRestorePath(), $"file://{file}/databases/{Guid.NewGuid()}");
        result.Must(1).MustSay(file);
        Assert.Equal("somebody's", await File.ReadAllTextAsync(file));
    }

    [Theory]
    [InlineData("-txid", "xyz")]
    [InlineData("-txid", "0")]
    [InlineData("-timestamp", "yesterday-ish")]
    public async Task A_point_that_cannot_be_read_is_named(string flag, string value)
    {
        var output = _sandbox.NextRestorePath();
        (await RunAsync("restore", "-o", output, flag, value, _sandbox.ReplicaUrl)).Must(2).MustSay(flag, value);
        Assert.False(File.Exists(output));
    }

    [Fact]
    public async Task A_TXID_and_a_time_together_are_refused()
    {
        (await RunAsync("restore", "-o", _sandbox.NextRestorePath(), "-txid", "0000000000000001", "-timestamp", "2026-11-20T12:00:00Z", _sandbox.ReplicaUrl))
            .Must(2).MustSay("-txid", "-timestamp");
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    public async Task A_name_that_leaves_the_replica_is_refused(string name)
    {
        var path = Path.Combine(_sandbox.Data, "legacy.db");
        await WriterProgram.CreateAsync(_sandbox, path);
        (await RunAsync("replicate", "-dsn", path, "-db-name", name, "-replica", _sandbox.ReplicaUrl, "-state-dir", _sandbox.State)).Must(2).MustSay("-db-name");
        Assert.False(Directory.Exists(_sandbox.Replica));
    }

    [Fact]
    public async Task A_replica_inside_the_watched_directory_does_not_replicate_itself()
    {
        _sandbox.Replica = Path.Combine(_sandbox.Data, "replica");
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);
        Assert.Single((await agent.StatusAsync()).Clients);
    }

    private Task<ProgramResult> ReplicateAsync(string directory) =>
        RunAsync("replicate", "-watch-dir", directory, "-replica", _sandbox.ReplicaUrl, "-state-dir", _sandbox.State, "-port", $"{FreePort.Find()}");

    private Task<ProgramResult> RunAsync(params string[] arguments) => PublishedProgram.RunAsync(_sandbox, arguments);
}
