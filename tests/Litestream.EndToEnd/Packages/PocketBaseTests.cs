using Litestream.EndToEnd.Programs;
using Litestream.Tests.Servers;

namespace Litestream.EndToEnd.Packages;

/// <summary>
/// packaging/examples/pocketbase with a program in PocketBase's place that keeps two databases of the same names in WAL mode: PocketBase itself is not here.
/// </summary>
public sealed class PocketBaseTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task On_an_empty_disk_it_goes_on_where_it_ended()
    {
        await using var server = await S3Server.StartAsync("backups");
        using (var service = Start(server))
            await StopAfterWritesAsync(service);
        var before = await DigestsAsync();
        Assert.Equal(2, before.Count);

        // Another disk, some minutes later.
        Directory.Delete(Home, recursive: true);
        server.Store.Age("backups", TimeSpan.FromMinutes(5));
        using (var service = Start(server))
        {
            await StopAfterWritesAsync(service);
            var found = await File.ReadAllTextAsync(Path.Combine(_sandbox.Root, "at-start"));
            Assert.All(before.Values, digest => Assert.Contains(digest, found, StringComparison.Ordinal));
        }

        var after = await DigestsAsync();
        foreach (var (path, digest) in after)
        {
            Assert.NotEqual(before[path], digest);
            var restored = _sandbox.NextRestorePath();
            (await ChildProcess.RunAsync(PublishedProgram.Path, ["restore", "-config", Config, "-o", restored, path], _sandbox.Root, Environment(server))).MustSucceed();
            Assert.Equal(digest, (await WriterProgram.DigestsAsync(_sandbox, restored))[restored]);
        }
    }

    private static string Config => Path.Combine(Repository.Root, "packaging", "examples", "pocketbase", "litestream.yml");

    private string Home => Path.Combine(_sandbox.Root, "pocketbase");

    /// <summary>The unit's own command line, with this sandbox's places for the installed ones.</summary>
    private ChildProcess Start(S3Server server)
    {
        var programs = _sandbox.Folder("bin");
        var stand = Path.Combine(programs, "pocketbase");
        ShellScript.Write(stand, $$"""
            #!/bin/sh
            set -eu
            test "$1" = serve
            for word; do
                case $word in --dir=*) dir=${word#--dir=} ;; esac
            done
            mkdir -p "$dir"
            for name in data auxiliary; do
                test -f "$dir/$name.db" || {{WriterProgram.Typed}} create "$dir/$name.db" -rows 20
            done
            {{WriterProgram.Typed}} dump -digest "$dir/data.db" "$dir/auxiliary.db" >at-start
            exec {{WriterProgram.Typed}} write "$dir/data.db" "$dir/auxiliary.db" -log acks -rate 100 -seed $$

            """);
        File.Delete(Path.Combine(programs, "litestream"));
        File.CreateSymbolicLink(Path.Combine(programs, "litestream"), PublishedProgram.Path);
        File.Delete(Path.Combine(_sandbox.Root, "acks"));
        var unit = SystemdUnit.Read("examples", "pocketbase", "pocketbase.service");
        foreach (var folder in unit["StateDirectory"].Split(' '))
            _sandbox.Folder(folder);
        var command = unit["ExecStart"]
            .Replace("/usr/local/bin", programs, StringComparison.Ordinal)
            .Replace("/etc/pocketbase/litestream.yml", Config, StringComparison.Ordinal)
            .Replace("/var/lib/pocketbase", Home, StringComparison.Ordinal);
        return ChildProcess.Start("sh", ["-c", $"exec {command}"], _sandbox.Root, Environment(server));
    }

    private IReadOnlyDictionary<string, string> Environment(S3Server server) => _sandbox.EnvironmentWith(new Dictionary<string, string>
    {
        ["PB_DATA"] = Path.Combine(Home, "pb_data"),
        ["LITESTREAM_STATE_DIR"] = Path.Combine(Home, "litestream"),
        ["BACKUP_BUCKET"] = "backups",
        ["S3_ENDPOINT"] = server.Endpoint,
        ["AWS_ACCESS_KEY_ID"] = S3Server.AccessKeyId,
        ["AWS_SECRET_ACCESS_KEY"] = S3Server.SecretAccessKey,
        // Set on some machines, and a client of others refuses to start with it.
        ["AWS_CA_BUNDLE"] = "",
    });

    private async Task StopAfterWritesAsync(ChildProcess service)
    {
        var acks = new FileInfo(Path.Combine(_sandbox.Root, "acks"));
        await Eventually.TrueAsync(
            () =>
            {
                acks.Refresh();
                return acks is { Exists: true, Length: > 1000 };
            }, () => $"the application commits\n{service.Said}");
        service.Send(Signal.Terminate);
        Assert.True(await service.WaitForExitAsync(TimeSpan.FromSeconds(100)) == 0, service.Said);
    }

    private Task<IReadOnlyDictionary<string, string>> DigestsAsync() =>
        WriterProgram.DigestsAsync(_sandbox, Path.Combine(Home, "pb_data", "data.db"), Path.Combine(Home, "pb_data", "auxiliary.db"));
}
