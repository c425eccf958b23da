using System.Diagnostics;
using System.Globalization;
using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;
using Litestream.EndToEnd.Scenarios;
using Litestream.Tests.Needs;
using Litestream.Tests.Servers;

namespace Litestream.EndToEnd.Packages;

/// <summary>packaging/systemd: what systemd-analyze thinks of the units, and what their words make of the published program. No systemd runs here.</summary>
public sealed class SystemdTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [NeedsSystemd]
    public async Task Every_unit_and_drop_in_is_understood()
    {
        var folder = Installed(("litestream.service", ["systemd", "litestream.service"]), ("litestream.service.d/one-user.conf", ["systemd", "one-user.conf"]),
            ("app.service.d/litestream.conf", ["systemd", "application.conf"]), ("pocketbase.service", ["examples", "pocketbase", "pocketbase.service"]));
        await File.WriteAllTextAsync(Path.Combine(folder, "app.service"), $"[Service]\nExecStart={PublishedProgram.Path} version\n");
        foreach (var unit in (string[])["litestream.service", "app.service", "pocketbase.service"])
        {
            var verdict = await VerifyAsync(folder, unit);
            Assert.Equal("", verdict.MustSucceed().All.Trim());
        }

        // A misspelt word is found: else silence would prove nothing.
        File.AppendAllText(Path.Combine(folder, "litestream.service.d", "one-user.conf"), "ProtectSystm=strict\n");
        (await VerifyAsync(folder, "litestream.service")).MustSay("ProtectSystm");
    }

    [NeedsSystemd]
    public async Task It_is_exposed_to_little()
    {
        // Out of 100. What is left of 23: root, giving files away, and that it talks to the network; of 13 the network alone.
        var folder = Installed(("litestream.service", ["systemd", "litestream.service"]));
        (await ChildProcess.RunAsync("systemd-analyze", ["security", "--offline=yes", "--threshold=23", "./litestream.service"], folder)).MustSucceed();
        folder = Installed(("litestream.service", ["systemd", "litestream.service"]), ("litestream.service.d/one-user.conf", ["systemd", "one-user.conf"]));
        (await ChildProcess.RunAsync("systemd-analyze", ["security", "--offline=yes", "--threshold=13", "./litestream.service"], folder)).MustSucceed();
    }

    [Fact]
    public async Task Its_directives_are_what_the_program_has_and_does()
    {
        var unit = SystemdUnit.Read("systemd", "litestream.service");
        var words = unit["ExecStart"].Split(' ');
        Assert.Equal("/usr/local/bin/litestream", words[0]);
        var help = (await PublishedProgram.RunAsync(_sandbox, words[1], "-help-all")).MustSucceed().Output;
        foreach (var flag in words.Where(word => word.StartsWith('-')))
            Assert.Contains($"\n  {flag} ", help, StringComparison.Ordinal);
        // The same program and file before it.
        Assert.Contains($"'{words[0]} restore {string.Join(' ', words[2..])} ", unit["ExecStartPre"], StringComparison.Ordinal);

        // Longer than the last sync may take, which the help says: 30s, with -exec 90s.
        var limits = help.Split('\n').Single(line => line.Contains("-shutdown-timeout", StringComparison.Ordinal)).Split('[', ']')[1].Split("s").SkipLast(1)
            .Select(text => int.Parse(text.Split(' ')[^1], CultureInfo.InvariantCulture));
        Assert.All(limits, limit => Assert.True(unit.Seconds("TimeoutStopSec") >= TimeSpan.FromSeconds(limit + 20)));

        // What no restart mends.
        var wrong = Path.Combine(_sandbox.Root, "wrong.yml");
        await File.WriteAllTextAsync(wrong, "dbs:\n  - pth: x\n");
        (await PublishedProgram.RunAsync(_sandbox, "replicate", "-config", wrong)).Must(int.Parse(unit["RestartPreventExitStatus"], CultureInfo.InvariantCulture));
        Assert.Equal("LITESTREAM_STATE_DIR=%S/" + unit["StateDirectory"], unit["Environment"]);
        Assert.Equal(SystemdUnit.Read("systemd", "application.conf")["After"], Path.GetFileName(unit.Path));
    }

    [Fact]
    public async Task Started_as_the_unit_does_it_is_ready_when_the_missing_database_is_there_and_its_stop_waits_for_the_last_sync()
    {
        var unit = SystemdUnit.Read("systemd", "litestream.service");
        await using var server = await S3Server.StartAsync("backups");
        _sandbox.UseBucket("s3://backups", S3Server.AccessKeyId, S3Server.SecretAccessKey);
        var (path, config) = (Path.Combine(_sandbox.Data, "app.db"), Path.Combine(_sandbox.Root, "litestream.yml"));
        await File.WriteAllTextAsync(config,
            $"dbs:\n  - path: {path}\n    restore-if-db-not-exists: true\n    replica: {{url: s3://backups/app, endpoint: {server.Endpoint}, sync-interval: 30s}}\n");
        await WriterProgram.CreateAsync(_sandbox, path, "-rows", "50");
        (await PublishedProgram.RunAsync(_sandbox, "replicate", "-config", config, "-once")).MustSucceed();
        File.Delete(path);

        using var systemd = new NotifySocket(Path.Combine(_sandbox.Root, "notify"));
        Assert.Equal(("notify", "main", "mixed", "SIGTERM"), (unit["Type"], unit["NotifyAccess"], unit["KillMode"], unit["KillSignal"]));
        using var agent = Start(unit, config, systemd, "");
        Assert.Equal(["READY=1"], await systemd.ReadAsync());
        Assert.True(File.Exists(path), agent.Said);

        // A dirty tenant, and a store that takes two seconds for every object.
        using var application = await Application.OpenAsync(_sandbox, path);
        await application.InsertAsync(500);
        Assert.True(systemd.HasSaidNothing);
        server.Fault = request =>
        {
            Thread.Sleep(request.Method == "PUT" ? 2000 : 0);
            return S3ServerFault.None;
        };
        var clock = Stopwatch.StartNew();
        agent.Send(Signal.Terminate);
        var stopping = await systemd.ReadAsync();
        Assert.Equal("STOPPING=1", stopping[0]);
        // The agent's own limit of 30 s, and some more.
        Assert.Equal("EXTEND_TIMEOUT_USEC=45000000", stopping[1]);
        Assert.True(await agent.WaitForExitAsync(unit.Seconds("TimeoutStopSec")) == 0, agent.Said);
        Assert.True(clock.Elapsed > TimeSpan.FromSeconds(2), $"nothing was waited for: {clock.Elapsed}\n{agent.Said}");

        server.Fault = _ => S3ServerFault.None;
        var restored = _sandbox.NextRestorePath();
        (await PublishedProgram.RunAsync(_sandbox, "restore", "-o", restored, server.Url("backups/app"))).MustSucceed();
        var digests = await WriterProgram.DigestsAsync(_sandbox, path, restored);
        Assert.Equal(digests[path], digests[restored]);
    }

    [Fact]
    public async Task With_the_configuration_of_its_header_on_an_empty_disk_every_database_of_the_directory_is_there_before_it_is_ready()
    {
        var unit = SystemdUnit.Read("systemd", "litestream.service");
        var header = await File.ReadAllTextAsync(unit.Path);
        Assert.Contains("install -m 644 packaging/config/production-s3.yml /etc/litestream.yml ", header, StringComparison.Ordinal);
        var config = Path.Combine(_sandbox.Root, "litestream.yml");
        await File.WriteAllTextAsync(config, (await File.ReadAllTextAsync(TemplateRun.PathOf("production-s3.yml"))).Replace("addr: 127.0.0.1:9090", "addr: 127.0.0.1:0", StringComparison.Ordinal));
        await using var server = await S3Server.StartAsync("fleet");
        _sandbox.UseBucket("s3://fleet", S3Server.AccessKeyId, S3Server.SecretAccessKey);
        var environment = new Dictionary<string, string> { ["DATA_DIR"] = _sandbox.Data, ["BACKUP_BUCKET"] = "fleet", ["S3_ENDPOINT"] = server.Endpoint };
        string[] tenants = [Path.Combine(_sandbox.Data, "acme.db"), Path.Combine(_sandbox.Data, "12345678-1234-5678-9abc-123456789012.db")];

        // The very first start: nothing is there, and no backup either.
        (await PrepareAsync(unit, config, environment)).MustSucceed();
        using (var systemd = new NotifySocket(Path.Combine(_sandbox.Root, "first")))
        using (var agent = Start(unit, config, systemd, "", environment))
        {
            Assert.Equal(["READY=1"], await systemd.ReadAsync());
            foreach (var tenant in tenants)
                await WriterProgram.CreateAsync(_sandbox, tenant, "-rows", "30");
            agent.Send(Signal.Terminate);
            Assert.True(await agent.WaitForExitAsync(unit.Seconds("TimeoutStopSec")) == 0, agent.Said);
        }
        var before = await WriterProgram.DigestsAsync(_sandbox, tenants);

        Directory.Delete(_sandbox.Data, recursive: true);
        Directory.Delete(_sandbox.State, recursive: true);
        // While the store is away nobody knows what is missing: it is not ready, and tried again.
        server.Fault = _ => S3ServerFault.Reset;
        (await PrepareAsync(unit, config, environment)).Must(1);
        server.Fault = _ => S3ServerFault.None;
        (await PrepareAsync(unit, config, environment)).MustSucceed();
        using (var systemd = new NotifySocket(Path.Combine(_sandbox.Root, "second")))
        using (var agent = Start(unit, config, systemd, "", environment))
        {
            Assert.Equal(["READY=1"], await systemd.ReadAsync());
            Assert.Equal(before, await WriterProgram.DigestsAsync(_sandbox, tenants));
            // A new host waits a minute before it takes the replica over; this test does not.
            agent.Send(Signal.Kill);
            await agent.WaitForExitAsync(Eventually.Patience);
        }
        (await PrepareAsync(unit, config, environment)).MustSucceed().MustSay("the file exists");
    }

    /// <summary>systemd looks at the main process alone to see whether a restart is of any use: it must be the one to say so.</summary>
    [Fact]
    public async Task What_comes_before_its_start_leaves_a_mistake_to_the_start_and_goes_on_around_damage()
    {
        var unit = SystemdUnit.Read("systemd", "litestream.service");
        var wrong = Path.Combine(_sandbox.Root, "wrong.yml");
        await File.WriteAllTextAsync(wrong, "dbs:\n  - pth: x\n");
        (await PrepareAsync(unit, wrong)).MustSucceed().MustSay("pth");

        var (path, config) = (Path.Combine(_sandbox.Data, "app.db"), Path.Combine(_sandbox.Root, "litestream.yml"));
        await File.WriteAllTextAsync(config, $"dbs:\n  - path: {path}\n    replica: {{path: {_sandbox.Replica}}}\n");
        await WriterProgram.CreateAsync(_sandbox, path, "-rows", "30");
        (await PublishedProgram.RunAsync(_sandbox, "replicate", "-config", config, "-once", "-force-snapshot")).MustSucceed();
        (await WriterProgram.RunAsync(_sandbox, "write", path, "-transactions", "3", "-seed", "7")).MustSucceed();
        (await PublishedProgram.RunAsync(_sandbox, "replicate", "-config", config, "-once", "-force-snapshot")).MustSucceed();
        File.Delete(path);
        // The newest image, which everything below it covers.
        var newest = Directory.GetFiles(Path.Combine(_sandbox.Replica, "ltx", "9"), "*.ltx").Order(StringComparer.Ordinal).Last();
        await using (var file = File.OpenWrite(newest))
        {
            file.Position = file.Length / 2;
            await file.WriteAsync(new byte[64]);
        }
        (await PublishedProgram.RunAsync(_sandbox, "restore", "-o", _sandbox.NextRestorePath(), _sandbox.Replica)).Must(3);
        (await PrepareAsync(unit, config)).MustSucceed().MustSay(Path.GetFileName(newest));
        Assert.True(File.Exists(path));
    }

    [NeedsRoot]
    public async Task The_capabilities_that_it_leaves_root_are_enough_for_another_users_databases()
    {
        var unit = SystemdUnit.Read("systemd", "litestream.service");
        var (path, config) = (Path.Combine(_sandbox.Data, "app.db"), Path.Combine(_sandbox.Root, "litestream.yml"));
        await WriterProgram.CreateAsync(_sandbox, path, "-rows", "50");
        await File.WriteAllTextAsync(config, $"dbs:\n  - path: {path}\n    replica: {{path: {_sandbox.Replica}}}\n");
        (await ChildProcess.RunAsync("chown", ["-R", "65534:65534", _sandbox.Data], _sandbox.Root)).MustSucceed();
        (await ChildProcess.RunAsync("chmod", ["700", _sandbox.Data], _sandbox.Root)).MustSucceed();
        (await ChildProcess.RunAsync("chmod", ["711", _sandbox.Root], _sandbox.Root)).MustSucceed();

        using var systemd = new NotifySocket(Path.Combine(_sandbox.Root, "notify"));
        using var agent = Start(unit, config, systemd, Privileges(unit));
        Assert.Equal(["READY=1"], await systemd.ReadAsync());
        await Eventually.TrueAsync(() => Directory.Exists(Path.Combine(_sandbox.Replica, "ltx", "1")), () => $"it is replicated\n{agent.Said}");
        // Its owner writes while the agent has it open: it could not if -wal or -shm were root's.
        for (var i = 0; i < 20; i++)
            (await ChildProcess.RunAsync("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "sqlite3", "-cmd", ".timeout 5000", path, $"CREATE TABLE t{i} (x)"], "/")).MustSucceed();
        agent.Send(Signal.Terminate);
        Assert.True(await agent.WaitForExitAsync(Eventually.Patience) == 0, agent.Said);
        var restored = _sandbox.NextRestorePath();
        (await PublishedProgram.RunAsync(_sandbox, "restore", "-o", restored, _sandbox.Replica)).MustSucceed();
        var dump = await Sqlite3Program.DumpAsync(_sandbox, restored);
        Assert.Contains("CREATE TABLE t19 (x)", dump, StringComparison.Ordinal);
        Assert.Equal(await Sqlite3Program.DumpAsync(_sandbox, path), dump);

        // Restored by root, it is its owner's again: that of the directory.
        File.Delete(path);
        (await PrepareAsync(unit, config, before: Privileges(unit))).MustSucceed();
        Assert.Equal("65534:65534", (await ChildProcess.RunAsync("stat", ["-c", "%u:%g", path], _sandbox.Root)).MustSucceed().Output.Trim());
        (await ChildProcess.RunAsync("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "sqlite3", "-cmd", ".timeout 5000", path, "DROP TABLE t19"], "/")).MustSucceed();
    }

    /// <summary>What root has left in it, as a command in front of another.</summary>
    private static string Privileges(SystemdUnit unit)
    {
        var kept = string.Concat(unit["CapabilityBoundingSet"].Split(' ').Select(capability => $",+{capability["CAP_".Length..].ToLowerInvariant()}"));
        return $"setpriv --no-new-privs --inh-caps=-all --bounding-set=-all{kept} ";
    }

    /// <summary>What the unit does before it starts.</summary>
    private Task<ProgramResult> PrepareAsync(SystemdUnit unit, string config, IReadOnlyDictionary<string, string>? environment = null, string before = "") =>
        ChildProcess.RunAsync("sh", ["-c", before + Here(unit["ExecStartPre"], config)], _sandbox.Root, _sandbox.EnvironmentWith(environment));

    /// <summary>With this sandbox's program and file for the installed ones.</summary>
    private static string Here(string command, string config) => command
        .Replace("/usr/local/bin/litestream", PublishedProgram.Path, StringComparison.Ordinal).Replace("/etc/litestream.yml", config, StringComparison.Ordinal)
        // As systemd writes a dollar that it leaves alone.
        .Replace("$$", "$", StringComparison.Ordinal);

    /// <summary>The unit's own command line.</summary>
    private ChildProcess Start(SystemdUnit unit, string config, NotifySocket systemd, string before, IReadOnlyDictionary<string, string>? environment = null) => ChildProcess.Start(
        "sh", ["-c", $"exec {before}{Here(unit["ExecStart"], config)}"],
        _sandbox.Root, _sandbox.EnvironmentWith(new Dictionary<string, string>(environment ?? new Dictionary<string, string>()) { ["NOTIFY_SOCKET"] = systemd.Path }));

    /// <summary>Units as they would be below /etc/systemd/system, the program where it is here.</summary>
    private string Installed(params (string Name, string[] Source)[] units)
    {
        var folder = _sandbox.Folder($"units-{units.Length}");
        foreach (var (name, source) in units)
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, File.ReadAllText(SystemdUnit.Read(source).Path).Replace("ExecStart=/usr/local/bin/litestream", $"ExecStart={PublishedProgram.Path}", StringComparison.Ordinal));
        }
        return folder;
    }

    private static Task<ProgramResult> VerifyAsync(string folder, string unit) => ChildProcess.RunAsync(
        "systemd-analyze", ["verify", "--man=no", "--generators=no", "--recursive-errors=yes", $"./{unit}"], folder,
        new Dictionary<string, string> { ["SYSTEMD_UNIT_PATH"] = $"{folder}:", ["SYSTEMD_LOG_COLOR"] = "0" });
}
