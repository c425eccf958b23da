using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using Litestream.EndToEnd.Interop;
using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Packages.Recipes;

/// <summary>
/// docs/recipes/leave-litestream.md, word for word, with a replica that Litestream's own program wrote (tests/golden). That program itself is not
/// here: a script that only runs stands in its place.
/// </summary>
public sealed class LeaveLitestreamTests
{
    private const string Golden = "restart-4096";

    [NeedsVfs]
    public async Task A_replica_in_a_folder_goes_on_and_Litestream_reads_the_result()
    {
        await using var run = await RecipeRun.BeginAsync("leave-litestream.md");
        var replica = Path.Combine(run.Old.Folder, "backups", "app");
        await InstallAsync(run, "path: backups/app", replica);
        await TakeOverAsync(run, () => run.RestoredDigestAsync("file://" + replica));

        var tenant = new Tenant(run.Sandbox, Guid.Empty, run.Old.Folder, ".db") { ReplicaFolder = replica };
        using var vfs = await GenuineVfs.OpenAsync(tenant);
        Assert.Equal(await Sqlite3Program.DumpAsync(run.Sandbox, run.Old.Database), await vfs.DumpAsync());
    }

    [NeedsSqlite3]
    public async Task A_replica_in_a_bucket_goes_on()
    {
        await using var run = await RecipeRun.BeginAsync("leave-litestream.md", "backups");
        var folder = run.Sandbox.Folder("golden");
        await InstallAsync(run, "url: s3://backups/app", folder);
        foreach (var path in Directory.EnumerateFiles(Path.Combine(folder, "ltx"), "*.ltx", SearchOption.AllDirectories))
        {
            // As Litestream stores them: the level as four digits, the file's time in its metadata.
            var level = int.Parse(Path.GetFileName(Path.GetDirectoryName(path)!), CultureInfo.InvariantCulture);
            var time = File.GetLastWriteTimeUtc(path).ToString("O", CultureInfo.InvariantCulture);
            run.Store.Store.Put("backups", $"app/{level:x4}/{Path.GetFileName(path)}", await File.ReadAllBytesAsync(path), new Dictionary<string, string> { ["x-amz-meta-litestream-timestamp"] = time }, onlyIfAbsent: true);
        }
        run.Store.Store.Age("backups", TimeSpan.FromMinutes(5));
        await TakeOverAsync(run, () => run.RestoredDigestAsync("s3://backups/app"));
    }

    private static async Task TakeOverAsync(RecipeRun run, Func<Task<string>> restoredAsync)
    {
        var terminal = run.Old.Terminal;
        await terminal.RunAsync("systemctl start litestream app");
        await run.ThroughAsync("Look first");
        Assert.Contains("data/app.db", terminal.Said, StringComparison.Ordinal);
        await run.ThroughAsync("Switch");
        Assert.Contains("active", terminal.Said, StringComparison.Ordinal);
        // The application goes on all the while.
        var rows = await CountAsync(run);
        await Eventually.TrueAsync(async () => await CountAsync(run) > rows, () => $"the application writes\n{terminal.Said}");
        await terminal.RunAsync("systemctl stop app\nlitestream sync -wait data/app.db");
        Assert.Equal(await run.Old.DigestAsync(), await restoredAsync());

        await run.ThroughAsync("Go back");
        run.IsAtItsEnd();
        Assert.Equal(await run.Old.DigestAsync(), await restoredAsync());
        await terminal.RunAsync("systemctl start litestream\ngrep -q 'stands in' litestream.log\nsystemctl stop litestream");
    }

    /// <summary>The host as Litestream left it: its replica, the database, its own folder beside that, an application that writes.</summary>
    private static async Task InstallAsync(RecipeRun run, string replica, string folder)
    {
        var old = run.Old;
        await UnpackAsync($"{Golden}/replica/", folder);
        (await PublishedProgram.RunAsync(run.Sandbox, "restore", "-o", old.Database, folder)).MustSucceed();
        await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(Path.Combine(old.Folder, "data", ".app.db-litestream")).FullName, "position"), "");
        await File.WriteAllTextAsync(Path.Combine(old.Folder, "litestream.yml"), $"dbs:\n  - path: data/app.db\n    replica:\n      {replica}\n");
        old.Install("trap 'exit 0' TERM\nwhile :; do\n    sqlite3 -cmd '.timeout 5000' data/app.db \"INSERT INTO t(v) VALUES ('of the application')\"\n    sleep 0.1\ndone\n");
        File.CreateSymbolicLink(Path.Combine(old.Folder, "litestream-for-fleets"), PublishedProgram.Path);
        var genuine = Path.Combine(old.Programs, "litestream");
        File.Delete(genuine);
        ShellScript.Write(genuine, "#!/bin/sh\necho 'Ready: stands in for Litestream'\ntrap 'exit 0' TERM\nwhile :; do sleep 0.1; done\n");
    }

    private static async Task<int> CountAsync(RecipeRun run) =>
        int.Parse(await Sqlite3Program.AskAsync(run.Sandbox, run.Old.Database, "SELECT count(*) FROM t"), CultureInfo.InvariantCulture);

    private static async Task UnpackAsync(string prefix, string folder)
    {
        await using var packed = File.OpenRead(Path.Combine(Repository.Root, "tests", "golden", "golden.tar.gz"));
        await using var zip = new GZipStream(packed, CompressionMode.Decompress);
        await using var tar = new TarReader(zip);
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            var name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || !name.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            var path = Path.Combine(folder, name[prefix.Length..]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await entry.ExtractToFileAsync(path, overwrite: false);
        }
        Assert.NotEmpty(Directory.EnumerateFiles(folder, "*.ltx", SearchOption.AllDirectories));
    }
}
