using System.Text.Json;
using Litestream.Ltx;

namespace Litestream.Agent.Tests.Commands;

public sealed class VerifyCommandTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public VerifyCommandTests() => new SampleReplica(_folder["replica"]).Add(1, pages: 20).Add(0, pages: 3).Add(0, pages: 3);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_whole_replica_is_told_with_what_can_be_restored()
    {
        var text = await ProgramRun.Of(_folder.Path, "verify", "replica");
        Assert.Equal(ExitCode.Done, text.ExitCode);
        Assert.Contains("replica: whole", text.Out, StringComparison.Ordinal);
        Assert.Contains("3 states can be restored, from 0000000000000001 of 2026-03-04 05:00:01.000Z to 0000000000000003", text.Out, StringComparison.Ordinal);
        using var json = JsonDocument.Parse((await ProgramRun.Of(_folder.Path, "verify", "-json", "replica")).Out);
        Assert.True(json.RootElement.GetProperty("ok").GetBoolean());
        Assert.Equal((3, "sum"), (json.RootElement.GetProperty("points").GetInt32(), json.RootElement.GetProperty("proof").GetString()));
        Assert.Equal(["replica"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Damage_is_told_by_file_and_page_with_exit_code_3()
    {
        var path = _folder["replica/ltx/0/" + LtxFile.NameOf(new(2), new(2))];
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[100 + 10 + 20] ^= 1; // among the first page's literals
        await File.WriteAllBytesAsync(path, bytes);
        var run = await ProgramRun.Of(_folder.Path, "verify", "-json", "replica");
        Assert.Equal(ExitCode.Damaged, run.ExitCode);
        using var json = JsonDocument.Parse(run.Out);
        var damage = Assert.Single(json.RootElement.GetProperty("damage").EnumerateArray());
        Assert.Equal((0, 1, Path.GetFileName(path)), (damage.GetProperty("level").GetInt32(), damage.GetProperty("page").GetInt32(), damage.GetProperty("file").GetString()));
        Assert.Equal("0000000000000001", json.RootElement.GetProperty("newest").GetProperty("txid").GetString());
        Assert.Equal("0000000000000003", json.RootElement.GetProperty("newestListed").GetProperty("txid").GetString());
        var text = await ProgramRun.Of(_folder.Path, "verify", "replica");
        Assert.Contains("the newest, 0000000000000003", text.Out, StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(path), text.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gap_is_told_with_exit_code_3()
    {
        File.Delete(_folder["replica/ltx/0/" + LtxFile.NameOf(new(2), new(2))]);
        var run = await ProgramRun.Of(_folder.Path, "verify", "replica");
        Assert.Equal(ExitCode.Damaged, run.ExitCode);
        Assert.Contains("missing: transactions 0000000000000002 to 0000000000000002", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_there_is_a_failure()
    {
        var run = await ProgramRun.Of(_folder.Path, "verify", $"file://{_folder["nowhere"]}");
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Contains("no backup in", run.Error, StringComparison.Ordinal);
    }
}
