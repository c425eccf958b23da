using System.Globalization;
using System.Text.Json;
using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;
using Litestream.EndToEnd.Scenarios;
using Litestream.Tests.Servers;

namespace Litestream.EndToEnd.Packages;

/// <summary>packaging/docker without Docker: read by the builder's and the specification's rules, each path looked up, the configuration run. No image is built.</summary>
public sealed class DockerTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [NeedsNode]
    public async Task The_Dockerfile_is_understood_and_whatever_it_copies_is_there()
    {
        var instructions = await InstructionsAsync();
        var ignored = await File.ReadAllLinesAsync(In("Dockerfile.dockerignore"));
        var copied = instructions.Where(i => i.Name is "COPY" && !i.Flags.Exists(flag => flag.StartsWith("--from", StringComparison.Ordinal))).SelectMany(i => i.Arguments.SkipLast(1)).ToList();
        Assert.True(copied.Count > 5);
        foreach (var path in copied)
        {
            Assert.True(Path.Exists(Path.Combine(Repository.Root, path)), $"{path} does not exist");
            Assert.Contains(ignored, line => line == $"!{path}" || path.StartsWith(line.TrimStart('!') + "/", StringComparison.Ordinal));
        }
        // What the build reads besides the projects: MSBuild and the compiler find these above them by name.
        foreach (var path in Directory.EnumerateFiles(Repository.Root, "Directory.*.props").Select(Path.GetFileName).Concat([".editorconfig", "global.json"]))
            Assert.Contains(path, copied);

        // The scripts that it names are in it, and executable.
        var scripts = instructions.Where(i => i.Name is "HEALTHCHECK" or "ENTRYPOINT").Select(i => i.Arguments[^1].Trim('[', ']', '"')).ToList();
        Assert.Equal(["health-check.sh", "start.sh"], scripts);
        Assert.All(scripts, script => Assert.Contains($"packaging/scripts/{script}", copied));
    }

    [NeedsNode]
    public async Task The_image_runs_as_nobody_special_and_stops_as_the_agent_wants_it()
    {
        var instructions = await InstructionsAsync();
        // The dashboard's is another one: text comes out of it, no program.
        var stages = instructions.Where(i => i.Name == "FROM" && !i.Arguments[0].StartsWith("node:", StringComparison.Ordinal)).Select(i => i.Arguments[0].Split('-', ':')[^1]).ToList();
        // The C library that the program was linked against.
        Assert.Equal(2, stages.Count);
        Assert.Single(stages.Distinct());
        Assert.DoesNotContain(instructions, i => i.Name == "FROM" && i.Arguments[0].EndsWith("latest", StringComparison.Ordinal));
        Assert.Equal("SIGTERM", instructions.Single(i => i.Name == "STOPSIGNAL").Arguments[0]);
        Assert.DoesNotMatch("^(root|0)(:|$)", instructions.Last(i => i.Name == "USER").Arguments[0]);
        Assert.Contains("LITESTREAM_STATE_DIR=/var/lib/litestream", instructions.Single(i => i.Name == "ENV").Arguments);
    }

    [NeedsNode]
    public async Task The_compose_file_is_understood_and_shares_one_volume_and_one_user()
    {
        var (service, application) = (default(JsonElement), default(JsonElement));
        using var file = JsonDocument.Parse((await LintAsync("compose", In("docker-compose.yml"))).MustSucceed().Output);
        service = file.RootElement.GetProperty("services").GetProperty("litestream");
        application = file.RootElement.GetProperty("services").GetProperty("app");
        Assert.Contains("data:/data", Strings(service, "volumes").Intersect(Strings(application, "volumes")));
        Assert.Equal(service.GetProperty("user").GetString(), application.GetProperty("user").GetString());
        Assert.Equal((await InstructionsAsync()).Last(i => i.Name == "USER").Arguments[0], service.GetProperty("user").GetString());
        Assert.Equal("service_healthy", application.GetProperty("depends_on").GetProperty("litestream").GetProperty("condition").GetString());
        Assert.True(int.Parse(service.GetProperty("stop_grace_period").GetString()!.TrimEnd('s'), CultureInfo.InvariantCulture) >= 45);
        var build = service.GetProperty("build");
        Assert.Equal(Repository.Root, Path.GetFullPath(In(build.GetProperty("context").GetString()!)));
        Assert.True(File.Exists(Path.Combine(Repository.Root, build.GetProperty("dockerfile").GetString()!)));
        foreach (var mounted in Strings(service, "volumes").Where(v => v.StartsWith("./", StringComparison.Ordinal)))
            Assert.True(File.Exists(In(mounted.Split(':')[0])), mounted);
        // Whatever its configuration takes from the environment without a default is set.
        Assert.Equal("", service.GetProperty("environment").GetProperty("AWS_ACCESS_KEY_ID").GetString()!.Replace("${AWS_ACCESS_KEY_ID:-}", "", StringComparison.Ordinal));
        Assert.True(service.GetProperty("environment").TryGetProperty("BACKUP_BUCKET", out _));
    }

    [NeedsNode]
    public async Task What_is_wrong_is_found()
    {
        var (dockerfile, compose) = (Path.Combine(_sandbox.Root, "Dockerfile"), Path.Combine(_sandbox.Root, "docker-compose.yml"));
        await File.WriteAllTextAsync(dockerfile, (await File.ReadAllTextAsync(In("Dockerfile"))).Replace("--interval", "--intervall", StringComparison.Ordinal));
        (await LintAsync("dockerfile", dockerfile)).Must(1).MustSay("intervall");
        await File.WriteAllTextAsync(compose, (await File.ReadAllTextAsync(In("docker-compose.yml"))).Replace("depends_on", "depend_on", StringComparison.Ordinal));
        (await LintAsync("compose", compose)).Must(1).MustSay("depend_on");
    }

    [Fact]
    public async Task Its_configuration_replicates_and_restores()
    {
        await using var server = await S3Server.StartAsync("fleet");
        _sandbox.Folder("data/tenants");
        await TemplateRun.ReplicatesAndRestoresAsync(_sandbox, In("litestream.yml"), new()
        {
            ["DATA_DIR"] = _sandbox.Data,
            ["BACKUP_BUCKET"] = "fleet",
            ["S3_ENDPOINT"] = server.Endpoint,
            ["AWS_ACCESS_KEY_ID"] = S3Server.AccessKeyId,
            ["AWS_SECRET_ACCESS_KEY"] = S3Server.SecretAccessKey,
            ["AWS_CA_BUNDLE"] = "",
        }, "app.db", "tenants/acme.db");
    }

    private static string In(string name) => Path.Combine(Repository.Root, "packaging", "docker", name);

    private static IEnumerable<string> Strings(JsonElement element, string name) => element.GetProperty(name).EnumerateArray().Select(item => item.GetString()!);

    private async Task<List<(string Name, List<string> Flags, List<string> Arguments)>> InstructionsAsync()
    {
        using var read = JsonDocument.Parse((await LintAsync("dockerfile", In("Dockerfile"))).MustSucceed().Output);
        return [.. read.RootElement.EnumerateArray().Select(i => (i.GetProperty("name").GetString()!, Strings(i, "flags").ToList(), Strings(i, "arguments").ToList()))];
    }

    private async Task<ProgramResult> LintAsync(string kind, string file)
    {
        await NodeModules.FolderAsync();
        return await ChildProcess.RunAsync("node", [Path.Combine(Repository.Root, "tests", "lint", "packages.mjs"), kind, file], _sandbox.Root);
    }
}
