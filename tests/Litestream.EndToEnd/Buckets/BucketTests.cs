using Litestream.EndToEnd.Programs;
using Litestream.Tests.Servers;

namespace Litestream.EndToEnd.Buckets;

/// <summary>The published program with a bucket as its replica: flags, commands, status, and what it says when the bucket is not as it should be.</summary>
public sealed class BucketTests : IDisposable
{
    private const string Bucket = "fleet";
    private readonly Sandbox _sandbox = new();
    private readonly S3Server _server = S3Server.StartAsync(Bucket).GetAwaiter().GetResult();

    public BucketTests() => _sandbox.UseBucket(_server.Url(Bucket), S3Server.AccessKeyId, S3Server.SecretAccessKey);

    public void Dispose()
    {
        _sandbox.Dispose();
        _server.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    [Fact]
    public async Task What_is_written_restores_from_the_url_that_the_status_shows()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartExactlyAsync(_sandbox, "replicate", "-watch-dir", _sandbox.Data, "-bucket", Bucket, "-endpoint", _server.Endpoint,
            "-region", "us-east-1", "-force-path-style", "-sync-interval", "100ms");
        await agent.WaitForActiveAsync(tenant.Id);
        using var application = await tenant.OpenAsync();
        await application.InsertAsync(50);
        await tenant.ReplicaBecomesEqualAsync(agent);
        var (status, client) = (await agent.StatusAsync(), await agent.ClientAsync(tenant.Id));
        Assert.Equal((Bucket, "enforced"), (status.Bucket, status.Fencing));
        Assert.Equal($"s3://{Bucket}/databases/{tenant.Id}?endpoint={_server.Endpoint}&region=us-east-1&forcePathStyle=true", client!.Replica);
        (await PublishedProgram.RunAsync(_sandbox, "restore", "-o", _sandbox.NextRestorePath(), client.Replica!)).MustSucceed();
        await agent.StopInOrderAsync();
        await tenant.ChainIsWholeAsync();
        Assert.Contains($"databases/{tenant.Id}/0001/0000000000000001-0000000000000001.ltx", _server.Store.Keys(Bucket));
        Assert.Contains(tenant.Id, (await PublishedProgram.RunAsync(_sandbox, "databases", "-replica", _sandbox.ReplicaUrl)).MustSucceed().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_moment_is_that_of_the_commit_not_of_the_upload()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);
        using var application = await tenant.OpenAsync();
        await application.ExecuteAsync("CREATE TABLE moments(n)");
        await application.ExecuteAsync("INSERT INTO moments VALUES (1)");
        await agent.SyncAsync(tenant.Id);
        var between = DateTimeOffset.UtcNow;
        await application.ExecuteAsync("INSERT INTO moments VALUES (2)");
        await agent.SyncAsync(tenant.Id);
        // As if an outage had held all of it up.
        _server.Store.Age(Bucket, TimeSpan.FromHours(-1));
        var restored = await tenant.RestoreAsync("-timestamp", between.UtcDateTime.ToString("O"));
        using var copy = await Application.OpenAsync(_sandbox, restored);
        Assert.Equal(1, await copy.NumberAsync("SELECT max(n) FROM moments"));
    }

    [Fact]
    public async Task Requests_are_counted_as_the_store_counts_them()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        var other = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);
        await agent.WaitForActiveAsync(other.Id);
        using var application = await tenant.OpenAsync();
        await application.InsertAsync(5);
        await agent.SyncAsync(tenant.Id);
        await Eventually.TrueAsync(async () => (await agent.StatusAsync()).Requests.Values.Sum() == _server.Requests.Count, () => "the counts agree");
        var status = await agent.StatusAsync();
        Assert.Equal(_server.Requests.Count(r => r.IsListing), status.Requests["LIST"]);
        // One listing of all of a tenant's levels at its first contact, and the probe is nobody's.
        Assert.All(status.Clients, client => Assert.Equal(1, client.Requests!["LIST"]));
        Assert.Equal(status.Requests["PUT"] - 2, status.Clients.Sum(c => c.Requests!["PUT"]));
        var metrics = await agent.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Contains("litestream_replica_operation_total{replica_type=\"s3\",operation=\"PUT\"}", metrics, StringComparison.Ordinal);
        Assert.Contains($"litestream_tenant_operation_total{{db=\"{tenant.Path}\",tenant=\"{tenant.Id}\",operation=\"PUT\"}}", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_starts_again_asks_nothing_for_tenants_that_did_not_change()
    {
        var tenants = new List<Tenant>();
        for (var i = 0; i < 5; i++)
            tenants.Add(await _sandbox.CreateTenantAsync());
        using (var agent = await RunningAgent.StartAsync(_sandbox))
        {
            // Not only copied: of a file that was written a moment ago nobody can tell later whether it was written again, so a start would compare.
            foreach (var tenant in tenants)
                await agent.WaitForAsync(tenant.Id, client => client is { Status: "active", Reason: "cold", ReplicatedNumber: > 0 }, "is cold after its first copy");
            await agent.StopInOrderAsync();
        }

        var before = _server.Requests.Count;
        using var again = await RunningAgent.StartAsync(_sandbox);
        foreach (var tenant in tenants)
            await again.WaitForActiveAsync(tenant.Id);
        await again.StopInOrderAsync();
        Assert.Equal([$"PUT {Bucket}/.litestream/probe"], _server.Requests.Skip(before).Select(r => r.ToString()));
    }

    [Theory]
    [InlineData("nobody-made-this", S3Server.AccessKeyId, "create the bucket")]
    [InlineData(Bucket, "AKIDSTRANGER", "check the credentials")]
    public async Task What_somebody_must_mend_ends_the_start(string bucket, string key, string hint)
    {
        _sandbox.UseBucket(_server.Url(bucket), key, S3Server.SecretAccessKey);
        var result = await PublishedProgram.RunAsync(_sandbox, "replicate", "-watch-dir", _sandbox.Data, "-replica", _sandbox.ReplicaUrl, "-port", "0");
        result.Must(1).MustSay(bucket).MustSay(hint);
    }

    [Fact]
    public async Task A_store_that_is_away_at_the_start_is_waited_for()
    {
        _server.Fault = _ => S3ServerFault.Reset;
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForLineAsync("does not answer yet");
        await agent.WaitForAsync(tenant.Id, client => client.Reason == "replica-unavailable", "says that its replica is away");
        _server.Fault = _ => S3ServerFault.None;
        await tenant.ReplicaBecomesEqualAsync(agent, TimeSpan.FromMinutes(2));
        Assert.Equal("enforced", (await agent.StatusAsync()).Fencing);
    }

    [Fact]
    public async Task A_store_without_conditional_writes_is_used_and_called_advisory()
    {
        _server.IgnoresConditions = true;
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await tenant.ReplicaBecomesEqualAsync(agent);
        await agent.WaitForLineAsync("fencing: advisory");
        var status = await agent.StatusAsync();
        Assert.Equal("advisory", status.Fencing);
        Assert.Contains(status.Warnings, warning => warning.StartsWith("fencing: advisory", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_two_agents_one_goes_on_and_the_other_stops_and_says_so()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var first = await RunningAgent.StartAsync(_sandbox);
        await tenant.ReplicaBecomesEqualAsync(first);
        using var application = await tenant.OpenAsync();
        var firstState = _sandbox.State;
        _sandbox.State = _sandbox.Folder("other-state");
        using var second = await RunningAgent.StartAsync(_sandbox);
        await second.WaitForAsync(tenant.Id, client => client is { Status: "waiting", Reason: "recent-foreign-writer" }, "does not touch what another has just written");

        // The first is asleep while a minute passes without a commit; the second takes over, as it should.
        first.Send(Signal.Stop);
        _server.Store.Age(Bucket, TimeSpan.FromMinutes(5));
        await second.WaitForAsync(tenant.Id, client => client.Status == "active", "takes the chain over", TimeSpan.FromMinutes(2));
        await application.InsertAsync(5);
        await second.SyncAsync(tenant.Id);
        first.Send(Signal.Continue);
        await application.InsertAsync(5);
        await first.WaitForAsync(tenant.Id, client => client.Status == "split-brain", "stops");
        await first.WaitForLineAsync("split-brain");
        await application.InsertAsync(5);
        await tenant.ReplicaBecomesEqualAsync(second);
        Assert.Equal("active", (await second.ClientAsync(tenant.Id))!.Status);
        await tenant.ChainIsWholeAsync();
        _sandbox.State = firstState;
    }

    [Fact]
    public async Task An_agent_that_slept_past_the_retention_does_not_publish_below_what_another_wrote()
    {
        string[] hasty = ["-l0-retention", "3s", "-level-intervals", "1s,5s,1h", "-sweep-interval", "1s"];
        var tenant = await _sandbox.CreateTenantAsync();
        using var application = await tenant.OpenAsync();
        using var sleeper = await RunningAgent.StartAsync(_sandbox, hasty);
        await application.InsertAsync(5);
        await sleeper.SyncAsync(tenant.Id);
        var free = (await sleeper.ClientAsync(tenant.Id))!.ReplicatedNumber + 1;
        sleeper.Send(Signal.Stop);
        _server.Store.Age(Bucket, TimeSpan.FromMinutes(5));
        _sandbox.State = _sandbox.Folder("other-state");
        using var other = await RunningAgent.StartAsync(_sandbox, hasty);
        await other.WaitForAsync(tenant.Id, client => client.Status == "active", "takes the chain over");
        // Until the names that the sleeper would use next are free again.
        await Eventually.TrueAsync(async () =>
        {
            await application.InsertAsync(1);
            await other.SyncAsync(tenant.Id);
            var files = await tenant.ListAsync();
            return files.Any(f => f.Level == 0 && f.Min > free + 3) && !files.Any(f => f.Level == 0 && f.Min <= free + 1);
        }, () => $"retention has freed the sleeper's next name\n{other.Said}");

        sleeper.Send(Signal.Continue);
        await application.InsertAsync(5);
        await sleeper.WaitForAsync(tenant.Id, client => client.Status == "split-brain", "stops");
        Assert.DoesNotContain(await tenant.ListAsync(), f => f.Level == 0 && f.Min <= free + 1);
        await application.InsertAsync(5);
        await tenant.ReplicaBecomesEqualAsync(other);
        await tenant.ChainIsWholeAsync();
    }
}
