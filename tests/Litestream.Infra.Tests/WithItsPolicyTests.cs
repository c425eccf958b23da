using System.Diagnostics;
using System.Text.Json.Nodes;
using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;
using Litestream.Fleet.Table;
using Litestream.Infra.Tests.Iam;
using Litestream.Tests.Servers;

namespace Litestream.Infra.Tests;

/// <summary>
/// The published programs at a bucket and a table that refuse what the synthesized policies do: what is allowed is enough. And each statement of an agent's is
/// of use, so it is not too much.
/// </summary>
public sealed class WithItsPolicyTests : IAsyncLifetime, IDisposable
{
    private const string BucketName = "replicas";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Of a second each.</summary>
    private static readonly TimeSpan LeaseIntervals = TimeSpan.FromSeconds(10);

    private readonly TemporaryFolder _folder = new();
    private readonly SynthesizedFleet _fleet = SynthesizedFleet.Of();
    private S3Server _store = null!;
    private TableServer _table = null!;

    public async Task InitializeAsync()
    {
        _store = await S3Server.StartAsync(BucketName);
        _table = await TableServer.StartAsync([.. FleetTable.Indexes.Select(i => (i.PartitionKey, i.SortKey, (IReadOnlyCollection<string>?)i.Included))]);
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _table.DisposeAsync();
    }

    public void Dispose()
    {
        _fleet.Dispose();
        _folder.Dispose();
    }

    [NeedsNode]
    public async Task An_agent_the_worker_and_the_api_do_all_their_work_with_what_they_may()
    {
        var (data, tenant) = (Directory.CreateDirectory(Path.Combine(_folder.Path, "data")).FullName, Guid.NewGuid());
        var database = Path.Combine(data, $"{tenant}.db");
        Sql(database, "PRAGMA journal_mode=WAL; CREATE TABLE t (v); INSERT INTO t VALUES (randomblob(20000000))");
        // Of a host that died: the next one finds and ends it.
        _store.Store.BeginUpload($"databases/{tenant}/ltx/0/unfinished.ltx", new Dictionary<string, string>());
        _store.Store.Age(BucketName, TimeSpan.FromDays(2));

        var agents = Enforce(_fleet.Data.Only("AWS::IAM::ManagedPolicy")["PolicyDocument"]);
        using (var agent = Start(PublishedProgram.Path,
            "replicate", "-watch-dir", data, "-replica", _store.Url(BucketName), "-state-dir", Path.Combine(_folder.Path, "state"), "-port", "0", "-fleet-table", "fleet", "-fleet-interval", "1s",
            "-sync-interval", "100ms", "-l0-retention", "1s", "-level-intervals", "1s,2s,3s", "-snapshot-interval", "2s", "-snapshot-retention", "3s"))
        {
            try
            {
                await WriteUntilAsync(database, agents, "ReportItself", "TryTheStore", "WriteReplicas", "ReadReplicas", "ListReplicas", "RemoveOldFiles", "FindUnfinishedUploads");
                // A host that was silent past its lease looks which tenants are still its own.
                var silence = Stopwatch.StartNew();
                _table.Fault = request => silence.Elapsed < LeaseIntervals * 1.2 ? TableServerFault.Throttle : agents.Judge(request);
                await WriteUntilAsync(database, agents, "FindItsTenants");
                Signal.Send(agent.Id, Signal.Terminate);
                await agent.WaitForExitAsync();
                Assert.Equal(0, agent.ExitCode);
            }
            finally
            {
                agent.Kill();
            }
        }
        Assert.Empty(agents.Refused.Distinct());

        var worker = await InvokeAsync("LITESTREAM_ROLE", "WorkerRole", (lambda, _) => lambda.InvokeAsync(new JsonObject { ["source"] = "aws.scheduler" }, TimeSpan.FromMinutes(15)));
        Assert.Empty(worker.Refused.Distinct());
        Assert.Contains("WriteEvidence", worker.Used.Keys);
        Assert.Single(_store.Store.Keys(BucketName), key => key.StartsWith($"databases/{tenant}/drills/", StringComparison.Ordinal));

        var api = await InvokeAsync("LITESTREAM_SCOPE_PREFIX", "ApiRole", async (lambda, variables) =>
        {
            var prefix = variables["LITESTREAM_SCOPE_PREFIX"]!.GetValue<string>();
            var claims = new[] { ("sub", "ann"), ("scope", $"{prefix}fleet.read {prefix}fleet.restore {prefix}fleet.admin") };
            foreach (var path in new[] { "/api/status", "/api/hosts", "/api/problems", $"/api/tenants/{tenant}", $"/api/tenants/{tenant}/timeline", "/api/audit" })
            {
                var answer = await lambda.InvokeAsync(LambdaEvent.Of("GET", path).WithClaims(claims));
                Assert.True(answer.Status == 200, $"{path}: {answer.Status} {answer.Json}");
            }
            var host = (await lambda.InvokeAsync(LambdaEvent.Of("GET", "/api/hosts").WithClaims(claims))).Json.GetProperty("items")[0].GetProperty("hostId").GetString();
            var asked = await lambda.InvokeAsync(LambdaEvent.Of("POST", $"/api/hosts/{host}/commands").WithClaims(claims).WithHeader("content-type", "application/json")
                .WithHeader("idempotency-key", "once").With("body", $$"""{"kind":"sync","tenant":"{{tenant}}"}"""));
            // Its agent has stopped. A refusal is audited, before and after.
            Assert.True(asked.Status == 409, $"{asked.Status} {asked.Json}");
        });
        Assert.Empty(api.Refused.Distinct());
        Assert.True(Array.TrueForAll(["ListReplicas", "UseTable", "ReadIndexes"], api.Used.ContainsKey), string.Join(' ', api.Used));
    }

    private static async Task WriteUntilAsync(string database, Grants agents, params string[] used)
    {
        var waited = Stopwatch.StartNew();
        while (!Array.TrueForAll(used, agents.Used.ContainsKey))
        {
            Assert.True(agents.Refused.IsEmpty, string.Join('\n', agents.Refused.Distinct()));
            Assert.True(waited.Elapsed < Patience, $"of {string.Join(' ', used)} it never used more than {string.Join(' ', agents.Used)}");
            Sql(database, "INSERT INTO t VALUES (1)");
            await Task.Delay(200);
        }
    }

    /// <summary>From here on the store and the table do what these statements and the bucket's own policy say.</summary>
    private Grants Enforce(params JsonNode?[] documents)
    {
        var bucket = _fleet.Data.Of("AWS::S3::BucketPolicy").Select(p => p["PolicyDocument"]);
        var grants = new Grants(documents.Concat(bucket).SelectMany(d => Template.Many(d!["Statement"])).Select(s => s.AsObject()));
        _store.Fault = request => grants.Judge(request, key => _store.Store.TryGet(request.Bucket, key, out _));
        _table.Fault = grants.Judge;
        return grants;
    }

    private async Task<Grants> InvokeAsync(string variable, string role, Func<LambdaRuntime, JsonObject, Task> ask)
    {
        var grants = Enforce([.. _fleet.Service.Of("AWS::IAM::Policy").Where(p => p.Name.Contains(role, StringComparison.Ordinal)).Select(p => p["PolicyDocument"])]);
        var variables = Assert.Single(_fleet.Service.Of("AWS::Lambda::Function"), f => f.Contains(variable))["Environment"]!["Variables"]!.AsObject();
        await using var lambda = await LambdaRuntime.StartAsync();
        using var function = Start(PublishedCloud.Path, lambda, variables);
        try
        {
            await lambda.FirstPoll;
            await ask(lambda, variables);
        }
        finally
        {
            function.Kill();
            await function.WaitForExitAsync();
        }
        return grants;
    }

    private static void Sql(string database, string sql)
    {
        using var process = Process.Start(new ProcessStartInfo("sqlite3", ["-cmd", ".timeout 20000", database, sql]) { RedirectStandardOutput = true })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private Process Start(string program, LambdaRuntime lambda, JsonObject variables) => Start(new ProcessStartInfo(program), variables
        .Select(v => (v.Key, Value: v.Value is JsonValue text ? text.GetValue<string>() : "fleet")).Append(("AWS_LAMBDA_RUNTIME_API", lambda.Address)));

    private Process Start(string program, params string[] arguments) => Start(new ProcessStartInfo(program, arguments), []);

    private Process Start(ProcessStartInfo start, IEnumerable<(string Name, string Value)> more)
    {
        foreach (var (name, value) in more)
            start.Environment[name] = value;
        start.Environment["AWS_ENDPOINT_URL_DYNAMODB"] = _table.Endpoint;
        start.Environment["AWS_ENDPOINT_URL_S3"] = _store.Endpoint;
        start.Environment["AWS_REGION"] = "us-east-1";
        start.Environment["AWS_ACCESS_KEY_ID"] = S3Server.AccessKeyId;
        start.Environment["AWS_SECRET_ACCESS_KEY"] = S3Server.SecretAccessKey;
        return Process.Start(start)!;
    }
}
