using System.Diagnostics;
using System.Globalization;

namespace Litestream.Agent.Tests;

/// <summary>What only a process shows: signals, exit codes, the demo and its writer.</summary>
public sealed class ProgramTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_signal_ends_it_in_good_order(string signal)
    {
        using var program = await StartedAsync();
        Send(signal, program);
        await program.WaitForExitAsync();
        Assert.Equal(ExitCode.Done, program.ExitCode);
    }

    [Fact]
    public async Task A_second_signal_ends_it_at_once()
    {
        // A replica that cannot be: the last sync would take the whole hour.
        _folder.Folder("clients");
        using var application = new Application(_folder["clients/12345678-1234-5678-9abc-123456789012.db"]);
        application.Sql("PRAGMA journal_mode = WAL");
        application.Sql("CREATE TABLE t (x)");
        using var program = await StartedAsync("-shutdown-timeout", "1h", "-replica", Path.Combine(_folder.File("file"), "replica"));
        await LineAsync(program, "WARN");
        Send("TERM", program);
        await LineAsync(program, "Stopping: last sync");
        Send("INT", program);
        await program.WaitForExitAsync();
        Assert.Equal(ExitCode.Interrupted, program.ExitCode);
    }

    [Fact]
    public async Task What_could_not_be_sent_in_time_is_told_and_is_a_failure()
    {
        _folder.Folder("clients");
        using var application = new Application(_folder["clients/12345678-1234-5678-9abc-123456789012.db"]);
        application.Sql("PRAGMA journal_mode = WAL");
        application.Sql("CREATE TABLE t (x)");
        using var program = await StartedAsync("-shutdown-timeout", "300ms", "-replica", Path.Combine(_folder.File("file"), "replica"));
        await LineAsync(program, "WARN");
        Send("TERM", program);
        await LineAsync(program, "before everything was in the replica");
        await program.WaitForExitAsync();
        Assert.Equal(ExitCode.Failed, program.ExitCode);
    }

    [Fact]
    public async Task The_demo_shows_everything_ends_by_itself_and_can_be_run_again()
    {
        for (var run = 1; run <= 2; run++)
        {
            var start = new ProcessStartInfo(ProgramProcess.Path, ["demo", "-seconds", "4", "-port", "0"]) { WorkingDirectory = _folder.Path, RedirectStandardOutput = true, RedirectStandardError = true };
            using var demo = Process.Start(start)!;
            var output = await demo.StandardOutput.ReadToEndAsync();
            await demo.WaitForExitAsync();
            Assert.True(demo.ExitCode == ExitCode.Done, output + await demo.StandardError.ReadToEndAsync());
            Assert.Contains("http://localhost:", output, StringComparison.Ordinal);
            Assert.Contains("Monitoring 6 clients", output, StringComparison.Ordinal);

            // The very command it prints works where it was printed.
            var command = output.Split('\n').Single(line => line.Contains(" restore -o ", StringComparison.Ordinal)).Trim();
            File.Delete(_folder["litestream-demo/restored.db"]);
            using var restore = Process.Start(new ProcessStartInfo("sh", ["-c", command]) { WorkingDirectory = _folder.Path, RedirectStandardOutput = true })!;
            Assert.Contains("proven equal", await restore.StandardOutput.ReadToEndAsync(), StringComparison.Ordinal);
            using var application = new Application(_folder["litestream-demo/restored.db"]);
            Assert.Single(application.Sql("SELECT count(*) FROM orders"));
        }
        Assert.Equal(6, Directory.GetFiles(_folder["litestream-demo/clients"], "*.db").Length);
    }

    [Fact]
    public async Task The_demos_writer_ends_with_the_demo_however_that_ended()
    {
        var clients = _folder.Folder("clients");
        using var writer = Process.Start(new ProcessStartInfo(ProgramProcess.Path, ["demo-writer", clients]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.Equal("ready", await writer.StandardOutput.ReadLineAsync());
        writer.StandardInput.Close();
        await writer.WaitForExitAsync();
        Assert.Equal(ExitCode.Done, writer.ExitCode);
    }

    private async Task<Process> StartedAsync(params string[] flags)
    {
        _folder.Folder("clients");
        var start = new ProcessStartInfo(ProgramProcess.Path, ["-watch-dir", "clients", "-port", "0", "-state-dir", "state", .. flags])
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardOutput = true,
        };
        var program = Process.Start(start)!;
        await LineAsync(program, "Ready");
        return program;
    }

    private static async Task LineAsync(Process program, string part)
    {
        while (await program.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains(part, StringComparison.Ordinal))
                return;
        }
        Assert.Fail($"the program ended without saying \"{part}\"");
    }

    private static void Send(string signal, Process program)
    {
        using var kill = Process.Start("kill", ["-" + signal, program.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
