using System.Diagnostics;
using System.Text.Json;
using Litestream.Ltx;

namespace Litestream.Agent.Tests.Commands;

/// <summary>What <c>litestream restore</c> makes of its flags, and of what is there already.</summary>
public sealed class RestoreCommandTests : IDisposable
{
    private const int Image = 1;

    private readonly TestFolder _folder = new();
    private readonly SampleReplica _replica;

    public RestoreCommandTests() => _replica = new(_folder["replica"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_dry_run_tells_files_bytes_and_what_would_be_lost_and_reads_and_writes_nothing()
    {
        _replica.Add(Image, pages: 20).Add(0, pages: 3).Add(0, pages: 3);
        foreach (var file in Directory.GetFiles(_folder["replica"], "*.ltx", SearchOption.AllDirectories))
            File.SetUnixFileMode(file, UnixFileMode.None);
        var text = await RestoreAsync("-dry-run", "-o", "x.db", "-txid", "0000000000000002");
        Assert.Equal(ExitCode.Done, text.ExitCode);
        Assert.Contains("1 later transactions, up to 0000000000000003", text.Out, StringComparison.Ordinal);
        Assert.Contains("in 2 files", text.Out, StringComparison.Ordinal);
        var whole = await RestoreAsync("-dry-run");
        Assert.Contains("nothing of it would be lost", whole.Out, StringComparison.Ordinal);

        using var json = JsonDocument.Parse((await RestoreAsync("-dry-run", "-json", "-txid", "0000000000000002")).Out);
        Assert.Equal(1, json.RootElement.GetProperty("lost_transactions").GetInt32());
        Assert.Equal(2, json.RootElement.GetProperty("files").GetArrayLength());
        Assert.Equal(json.RootElement.GetProperty("bytes").GetInt64(), json.RootElement.GetProperty("files").EnumerateArray().Sum(f => f.GetProperty("size").GetInt64()));
        Assert.Equal("0000000000000003", json.RootElement.GetProperty("newest_txid").GetString());
        Assert.False(File.Exists(_folder["x.db"]));
    }

    [Fact]
    public async Task A_dry_run_says_that_a_file_is_in_the_way()
    {
        _replica.Add(Image, pages: 2);
        _folder.File("x.db", "something");
        Assert.Contains("would refuse it", (await RestoreAsync("-dry-run", "-o", "x.db")).Out, StringComparison.Ordinal);
        Assert.Contains("would be replaced", (await RestoreAsync("-dry-run", "-force", "-o", "x.db")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_done_successfully_when_the_condition_says_so()
    {
        _replica.Add(Image, pages: 2);
        _folder.File("x.db", "precious");
        Assert.Equal(ExitCode.Failed, (await RestoreAsync("-o", "x.db")).ExitCode);
        var exists = await RestoreAsync("-if-db-not-exists", "-o", "x.db");
        Assert.Equal((ExitCode.Done, "precious"), (exists.ExitCode, await File.ReadAllTextAsync(_folder["x.db"])));
        Assert.Contains("the file exists", exists.Out, StringComparison.Ordinal);

        var nothing = await ProgramRun.Of(_folder.Path, "restore", "-if-replica-exists", "-json", "-o", "y.db", "nowhere");
        Assert.Equal(ExitCode.Done, nothing.ExitCode);
        using var json = JsonDocument.Parse(nothing.Out);
        Assert.Equal("there is no backup", json.RootElement.GetProperty("skipped").GetString());
        Assert.Equal(ExitCode.Done, (await RestoreAsync("-if-db-not-exists", "-if-replica-exists", "-o", "y.db")).ExitCode);
        Assert.True(File.Exists(_folder["y.db"]));
    }

    [Fact]
    public async Task A_database_is_found_by_name_below_a_replica_and_by_GUID_below_the_usual_one()
    {
        const string Guid = "12345678-1234-5678-9abc-123456789abc";
        new SampleReplica(_folder["elsewhere/databases/legacy"]).Add(Image, pages: 2);
        new SampleReplica(_folder["elsewhere/databases/" + Guid]).Add(Image, pages: 3);
        new SampleReplica(_folder["backups/databases/" + Guid]).Add(Image, pages: 4);
        var n = 0;
        foreach (var (pages, how) in (IEnumerable<(int, string[])>)[
            (2, ["-replica", "elsewhere", "legacy"]), (3, ["-replica", _folder["elsewhere"], Guid.ToUpperInvariant()]), (3, ["-replica", "elsewhere", $"data/{Guid}.db"]), (4, [Guid])])
        {
            var output = $"{++n}.db";
            var run = await ProgramRun.Of(_folder.Path, ["restore", "-o", output, .. how]);
            Assert.True(run.ExitCode == ExitCode.Done, run.Error);
            Assert.Equal(pages * 4096, new FileInfo(_folder[output]).Length);
        }
    }

    [Fact]
    public async Task A_database_that_is_nowhere_or_said_twice_is_told()
    {
        var run = await ProgramRun.Of(_folder.Path, "restore", "-o", "x.db", "12345678-1234-5678-9abc-123456789abc");
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Contains("backups/databases/12345678-1234-5678-9abc-123456789abc", run.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.WrongUsage, (await ProgramRun.Of(_folder.Path, "restore", "-o", "x.db", "-replica", "elsewhere", "file:///x")).ExitCode);
        Assert.Equal(ExitCode.WrongUsage, (await ProgramRun.Of(_folder.Path, "restore", "-o", "x.db", "-replica", "elsewhere", "../x")).ExitCode);
        Assert.Equal(ExitCode.WrongUsage, (await ProgramRun.Of(_folder.Path, "restore", "-o", "x.db", "")).ExitCode);
        Assert.False(File.Exists(_folder["x.db"]));
    }

    [Fact]
    public async Task Damage_that_other_files_make_good_is_reported_with_exit_code_3()
    {
        _replica.Add(Image, pages: 20).Add(0, pages: 3).Add(0, pages: 3);
        var single = _folder["replica/ltx/0/" + LtxFile.NameOf(new(2), new(2))];
        Directory.CreateDirectory(_folder["replica/ltx/2"]);
        File.Copy(single, _folder["replica/ltx/2/" + LtxFile.NameOf(new(2), new(2))]);
        var bytes = await File.ReadAllBytesAsync(single);
        bytes[9] ^= 1;
        await File.WriteAllBytesAsync(_folder["replica/ltx/2/" + LtxFile.NameOf(new(2), new(2))], bytes);
        var run = await RestoreAsync("-o", "x.db");
        Assert.Equal(ExitCode.Damaged, run.ExitCode);
        Assert.Contains("damage in the replica", run.Out, StringComparison.Ordinal);
        Assert.Contains("(level 2)", run.Out, StringComparison.Ordinal);
        using var json = JsonDocument.Parse((await RestoreAsync("-force", "-json", "-o", "x.db")).Out);
        Assert.Equal(1, json.RootElement.GetProperty("damage").GetArrayLength());
        Assert.Equal("sum", json.RootElement.GetProperty("proof").GetString());
    }

    [Fact]
    public async Task A_restore_that_is_killed_is_gone_on_with()
    {
        _replica.Add(Image, pages: 60_000, compressible: false).Add(0, pages: 500);
        var journal = _folder["x.db.part-done"];
        for (var attempt = 0; !IsWritten(journal); attempt++)
        {
            Assert.True(attempt < 20, "no restore was slow enough to be killed");
            File.Delete(_folder["x.db"]);
            using var process = Process.Start(ProgramProcess.Path, ["restore", "-parallelism", "1", "-o", _folder["x.db"], _folder["replica"]]);
            while (!IsWritten(journal) && !process.HasExited)
                Thread.Yield();
            process.Kill();
            await process.WaitForExitAsync();
        }
        Assert.False(File.Exists(_folder["x.db"]));
        using var json = JsonDocument.Parse((await RestoreAsync("-json", "-o", "x.db")).Out);
        var (size, resumed, read) = (Number("size_bytes"), Number("bytes_resumed"), Number("bytes_read"));
        Assert.InRange(resumed, 8_000_000, size);
        Assert.InRange(read, 0, (long)((size - resumed) * 1.05) + 3_000_000);
        Assert.Equal("sum", json.RootElement.GetProperty("proof").GetString());
        Assert.False(File.Exists(journal));

        long Number(string name) => json.RootElement.GetProperty(name).GetInt64();
    }

    private static bool IsWritten(string path) => new FileInfo(path) is { Exists: true, Length: > 0 };

    private Task<ProgramRun> RestoreAsync(params string[] flags) => ProgramRun.Of(_folder.Path, ["restore", .. flags, "replica"]);
}
