using System.Net.Http.Headers;
using Litestream.EndToEnd.Programs;
using Litestream.Tests.Servers;

namespace Litestream.EndToEnd.Hostile;

/// <summary>Every secret that a program is given, while everything fails that can: none of them is in a line of the log, an answer, a file of the state, an object of the replica or an item of the table.</summary>
public sealed class SecretsTests : IDisposable
{
    private const string Bucket = "fleet";
    private const string AwsSecret = "sEcrEt-of-aws-0a1b2c3d4e5f6071", SessionToken = "sEcrEt-of-the-session-8291", ApiToken = "sEcrEt-of-the-api-77aa55", Other = "sEcrEt-in-a-url-31415926";
    private const string Mark = "sEcrEt";

    /// <summary>Whoever was refused for a while asks less often.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static readonly string[] Reads =
    [
        "/api/status", "/api/health", "/api/hosts", "/api/tenants", "/api/problems", "/api/audit", "/api/restores", "/api/drills", "/api/databases", "/api/health/clients", "/metrics", "/",
        "/api/nothing?X-Amz-Signature=" + Other,
    ];

    /// <summary>Each is refused, fails, is cut, is cut when it was done, and gets what is no answer.</summary>
    private static readonly (S3ServerFault Store, TableServerFault Table)[] Faults =
    [
        (S3ServerFault.Denied, TableServerFault.Denied), (S3ServerFault.InternalError, TableServerFault.InternalError), (S3ServerFault.Reset, TableServerFault.Reset),
        (S3ServerFault.LoseReply, TableServerFault.LoseReply), (S3ServerFault.Page, TableServerFault.Page), (S3ServerFault.OtherXml, TableServerFault.NoTable),
    ];

    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task An_agent_whose_store_and_table_fail_in_every_way_tells_none()
    {
        await using var store = await S3Server.StartAsync(Bucket);
        await using var table = await TableServer.StartAsync();
        _sandbox.UseBucket(store.Url(Bucket), S3Server.AccessKeyId, AwsSecret);
        var tenant = await _sandbox.CreateTenantAsync();
        var variables = new Dictionary<string, string>
        {
            ["AWS_SESSION_TOKEN"] = SessionToken,
            ["LITESTREAM_API_TOKEN"] = ApiToken,
            ["AWS_ENDPOINT_URL_DYNAMODB"] = table.Endpoint,
            ["AWS_REGION"] = "us-east-1",
            ["AWS_EC2_METADATA_DISABLED"] = "true",
        };
        using var agent = await RunningAgent.StartWithAsync(_sandbox, variables, "replicate", "-watch-dir", _sandbox.Data, "-replica", _sandbox.ReplicaUrl, "-sync-interval", "100ms",
            "-log-level", "trace", "-log-format", "json", "-fleet-table", "fleet", "-fleet-interval", "1s", "-host-id", "web-1");
        await agent.WaitForActiveAsync(tenant.Id);
        using var application = await tenant.OpenAsync();
        var told = new List<string>();
        foreach (var (storeFault, tableFault) in Faults)
        {
            var (storeMet, tableMet, before) = (0, 0, agent.Lines.Count);
            store.Fault = _ => Counted(ref storeMet, storeFault);
            table.Fault = _ => Counted(ref tableMet, tableFault);
            await application.InsertAsync(1);
            // The error that the status names stays when it is over: what became of this publication is a new line of the log. A table that was slow is told of once, whatever follows; but its
            // heartbeats go one after the other, and when some more were met the first of them was told.
            await Eventually.TrueAsync(
                () => Volatile.Read(ref storeMet) > 0 && Volatile.Read(ref tableMet) > 4 && (Tells(agent, before, "TriesAgain") || Tells(agent, before, "Troubled")),
                () => $"{storeFault} of the store, met {storeMet} times, and {tableFault} of the table, met {tableMet} times, are told\n{agent.Said}", Patience);
            await AskAsync(agent.Http, told);

            var tableServed = 0;
            store.Fault = _ => S3ServerFault.None;
            table.Fault = _ => Counted(ref tableServed, TableServerFault.None);
            await agent.SyncAsync(tenant.Id);
            await Eventually.TrueAsync(() => Volatile.Read(ref tableServed) > 1, () => $"the table is asked again after {tableFault}\n{agent.Said}", Patience);
        }
        await AskAsync(agent.Http, told);
        await agent.StopInOrderAsync();

        NoSecret("the log", agent.Said);
        told.ForEach(text => NoSecret("an answer", text));
        NoSecretBelow(_sandbox.State);
        foreach (var key in store.Store.Keys(Bucket))
            NoSecret(key, store.Store.TryGet(Bucket, key, out var found) ? System.Text.Encoding.Latin1.GetString(found.Content) : "");
        Assert.NotEmpty(table.Requests);
        Assert.All(table.Requests, request => NoSecret("the table", request.ToString()));
    }

    public static TheoryData<string[]> Mistakes => new()
    {
        { ["restore", "-o", "x.db", $"s3://{Other}:{Other}@bucket/x"] },
        { ["restore", "-o", "x.db", $"s3://bucket/x?secretAccessKey={Other}"] },
        { ["restore", "-o", "x.db", $"s3://bucket/x?secret={Other}"] },
        { ["restore", "-o", "x.db", $"s3://bucket/x?endpoint=http://user:{Other}@127.0.0.1:1&region=x"] },
        { ["restore", "-o", "x.db", $"https://bucket.s3.amazonaws.com/x?X-Amz-Signature={Other}"] },
        { ["restore", "-o", "x.db", $"gs://user:{Other}@bucket/x"] },
        { ["restore", "-o", "x.db", $"file://user:{Other}@host/x"] },
        { ["replicate", "-watch-dir", "data", "-replica", $"sftp://user:{Other}@host/x"] },
        { ["replicate", "-watch-dir", "data", "-bucket", "b", "-endpoint", $"http://user:{Other}@127.0.0.1:1"] },
        { ["replicate", "-watch-dir", "data", $"-api-tokn={Other}"] },
        { ["replicate", "-watch-dir", "data", $"-api-token:{Other}", "-bind", "nonsense"] },
        { ["replicate", "-watch-dir", "data", "-api-token", Other, "-port", "none"] },
        { ["fleet", "status", "-api", $"http://user:{Other}@127.0.0.1:1"] },
        { ["fleet", "status", "-api", $"http://127.0.0.1:1/?token={Other}"] },
        { ["replicate", "-config", "typo.yml"] },
        { ["replicate", "-config", "broken.yml"] },
        { ["replicate", "-config", "twice.yml"] },
        { ["replicate", "-config", "url.yml"] },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_in_words_or_in_a_file_is_told_without_the_secret_in_it(string[] words)
    {
        await File.WriteAllTextAsync(Path.Combine(_sandbox.Root, "typo.yml"), $"dbs:\n  - path: a.db\n    replica: {{url: s3://b/a, secret-acess-key: {Other}}}\n");
        await File.WriteAllTextAsync(Path.Combine(_sandbox.Root, "broken.yml"), $"secret-access-key: [{Other}\ndbs: }}\n");
        await File.WriteAllTextAsync(Path.Combine(_sandbox.Root, "twice.yml"), $"secret-access-key: {Other}\nsecret-access-key: {Other}\n");
        await File.WriteAllTextAsync(Path.Combine(_sandbox.Root, "url.yml"), $"dbs:\n  - path: a.db\n    replica: s3://key:{Other}@b/a\n");
        var result = await PublishedProgram.RunAsync(_sandbox, words);
        Assert.NotEqual(0, result.ExitCode);
        NoSecret(string.Join(' ', words), result.All);
        Assert.DoesNotContain("   at ", result.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_API_of_a_fleet_tells_neither_its_tokens_nor_its_credentials()
    {
        await using var table = await TableServer.StartAsync();
        var made = (await ChildProcess.RunAsync(PublishedCloud.Path, ["token", "ci", "fleet.read"], _sandbox.Root, _sandbox.Environment)).MustSucceed();
        var token = made.Errors.Trim().Split(' ')[^1];
        var file = Path.Combine(_sandbox.Root, "tokens");
        await File.WriteAllTextAsync(file, made.Output);
        using var api = await RunningApi.StartAsync(_sandbox, "fleet", new Dictionary<string, string>
        {
            ["AWS_ENDPOINT_URL_DYNAMODB"] = table.Endpoint,
            ["AWS_REGION"] = "eu-west-1",
            ["AWS_ACCESS_KEY_ID"] = "AKIDTESTS",
            ["AWS_SECRET_ACCESS_KEY"] = AwsSecret,
            ["AWS_SESSION_TOKEN"] = SessionToken,
        }, "-tokens", file);
        var told = new List<string>();
        foreach (var fault in new[] { TableServerFault.None, TableServerFault.Denied, TableServerFault.NoTable, TableServerFault.Page, TableServerFault.InternalError, TableServerFault.Reset })
        {
            var met = 0;
            table.Fault = _ => Counted(ref met, fault);
            await AskAsync(api.Http, told, token);
            Assert.True(Volatile.Read(ref met) > 0, $"no request met {fault}: what was read before was answered\n{api.Said}");
        }
        told.Add(api.Said);
        Assert.All(told, text => Assert.DoesNotContain(token, text, StringComparison.Ordinal));
        told.ForEach(text => NoSecret("an answer, or the log", text));
        Assert.All(table.Requests, request => NoSecret("the table", request.ToString()));
    }

    /// <summary>Since it had so many lines.</summary>
    private static bool Tells(RunningAgent agent, int before, string what) => agent.Lines.Skip(before).Any(line => line.Contains($"\"event\":\"{what}\"", StringComparison.Ordinal));

    private static T Counted<T>(ref int met, T fault)
    {
        Interlocked.Increment(ref met);
        return fault;
    }

    /// <summary>Each address, with tokens that are wrong and right.</summary>
    private static async Task AskAsync(HttpClient http, List<string> told, string right = ApiToken)
    {
        foreach (var (path, token) in Reads.SelectMany(path => new[] { null, right, Other }.Select(token => (path, token))))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
            if (token is not null)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var answer = await http.SendAsync(request);
            told.Add(answer.ToString() + await answer.Content.ReadAsStringAsync());
        }
    }

    private static void NoSecretBelow(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(p => !p.EndsWith(".sock", StringComparison.Ordinal)))
            NoSecret(path, System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(path)));
    }

    private static void NoSecret(string where, string text)
    {
        var at = text.IndexOf(Mark, StringComparison.Ordinal);
        Assert.True(at < 0, $"{where} tells a secret: …{(at < 0 ? "" : text[Math.Max(0, at - 200)..Math.Min(text.Length, at + 40)])}");
    }
}
