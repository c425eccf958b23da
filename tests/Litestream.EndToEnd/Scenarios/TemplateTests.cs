using Litestream.EndToEnd.Programs;
using Litestream.Tests.Servers;

namespace Litestream.EndToEnd.Scenarios;

/// <summary>Each template of packaging/config with the published program: it starts, it replicates, and on a fresh disk everything is back.</summary>
public sealed class TemplateTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public void Every_template_is_tried_here() => Assert.Equal(
        ["fly.yml", "local-two-replicas.yml", "local.yml", "production-s3.yml", "quickstart.yml", "testing.yml"],
        Directory.GetFiles(TemplateRun.Folder, "*.yml").Select(Path.GetFileName).Order(StringComparer.Ordinal));

    [Fact]
    public async Task Local_development()
    {
        var settings = new Dictionary<string, string> { ["DATA_DIR"] = _sandbox.Data, ["BACKUP_DIR"] = _sandbox.Replica };
        _sandbox.Folder("data/inner");
        await TemplateRun.ReplicatesAndRestoresAsync(_sandbox, "local.yml", settings, "app.db", "inner/other.sqlite");
    }

    [Fact]
    public async Task Local_development_with_two_replicas()
    {
        var second = Path.Combine(_sandbox.Root, "second");
        var settings = new Dictionary<string, string> { ["DATA_DIR"] = _sandbox.Data, ["BACKUP_DIR"] = _sandbox.Replica, ["SECOND_BACKUP_DIR"] = second };
        await TemplateRun.ReplicatesAndRestoresAsync(_sandbox, "local-two-replicas.yml", settings, "app.db");
        foreach (var lost in (string[])[Path.Combine(_sandbox.Replica, "app"), Path.Combine(second, "app")])
        {
            Directory.Move(lost, lost + "-lost");
            File.Delete(Path.Combine(_sandbox.Data, "app.db"));
            (await ChildProcess.RunAsync(PublishedProgram.Path, ["restore", "-config", TemplateRun.PathOf("local-two-replicas.yml")], _sandbox.Root, _sandbox.EnvironmentWith(settings))).MustSucceed();
            Assert.Contains("app.db", await Sqlite3Program.DumpAsync(_sandbox, Path.Combine(_sandbox.Data, "app.db")), StringComparison.Ordinal);
            Directory.Move(lost + "-lost", lost);
        }
    }

    [Fact]
    public async Task Testing() => await TemplateRun.ReplicatesAndRestoresAsync(_sandbox,
        "testing.yml", new() { ["DB_PATH"] = Path.Combine(_sandbox.Data, "app.db"), ["BACKUP_DIR"] = _sandbox.Replica }, "app.db");

    [Fact]
    public async Task The_quick_start()
    {
        var plain = Path.Combine(_sandbox.Replica, "app.db");
        await TemplateRun.ReplicatesAndRestoresAsync(_sandbox, "quickstart.yml", new() { ["DB_PATH"] = Path.Combine(_sandbox.Data, "app.db"), ["BACKUP_FILE"] = plain }, "app.db");
        Assert.Equal(await Sqlite3Program.DumpAsync(_sandbox, Path.Combine(_sandbox.Data, "app.db")), await Sqlite3Program.DumpAsync(_sandbox, plain));
    }

    [Fact]
    public async Task Production_in_a_bucket()
    {
        await using var server = await S3Server.StartAsync("fleet");
        await TemplateRun.ReplicatesAndRestoresAsync(_sandbox, "production-s3.yml", new(Credentials) { ["DATA_DIR"] = _sandbox.Data, ["BACKUP_BUCKET"] = "fleet", ["S3_ENDPOINT"] = server.Endpoint },
            "12345678-1234-5678-9abc-123456789012.db", "acme.db");
        Assert.Contains("tenants/acme.db/0001/0000000000000001-0000000000000001.ltx", server.Store.Keys("fleet"));
    }

    [Fact]
    public async Task A_volume_on_fly()
    {
        await using var server = await S3Server.StartAsync("fleet");
        await TemplateRun.ReplicatesAndRestoresAsync(_sandbox, "fly.yml", new(Credentials)
        {
            ["DB_PATH"] = Path.Combine(_sandbox.Data, "app.db"),
            ["STATE_DIR"] = _sandbox.State,
            ["BUCKET_NAME"] = "fleet",
            ["AWS_ENDPOINT_URL_S3"] = server.Endpoint,
            ["AWS_REGION"] = "us-east-1",
        }, "app.db");
    }

    private static Dictionary<string, string> Credentials => new()
    {
        ["AWS_ACCESS_KEY_ID"] = S3Server.AccessKeyId,
        ["AWS_SECRET_ACCESS_KEY"] = S3Server.SecretAccessKey,
        // Set on some machines, and a client of others refuses to start with it.
        ["AWS_CA_BUNDLE"] = "",
    };
}
