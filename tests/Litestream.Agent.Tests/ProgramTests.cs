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
        using var application = NewTenant();
        using var program = await StartedInTroubleAsync("-shutdown-timeout", "1h");
        Send("TERM", program);
        await LinesAsync(program, "Stopping: last sync");
        Send("INT", program);
        await program.WaitForExitAsync();
        Assert.Equal(ExitCode.Interrupted, program.ExitCode);
    }

    [Fact]
    public async Task What_could_not_be_sent_in_time_is_told_and_is_a_failure()
    {
        using var application = NewTenant();
        using var program = await StartedInTroubleAsync("-shutdown-timeout", "300ms");
        Send("TERM", program);
        await LinesAsync(program, "before everything was in the replica");
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

    private Application NewTenant()
    {
        _folder.Folder("clients");
        var application = new Application(_folder["clients/12345678-1234-5678-9abc-123456789012.db"]);
        application.Sql("PRAGMA journal_mode = WAL");
        application.Sql("CREATE TABLE t (x)");
        return application;
    }

    private async Task<Process> StartedAsync(params string[] flags)
    {
        var program = Start(flags);
        await LinesAsync(program, "Ready");
        return program;
    }

    /// <summary>With a tenant and a replica that cannot be: whether it is ready or in trouble first is its own affair.</summary>
    private async Task<Process> StartedInTroubleAsync(params string[] flags)
    {
        var program = Start([.. flags, "-replica", Path.Combine(_folder.File("file"), "replica")]);
        await LinesAsync(program, "Ready", "WARN");
        return program;
    }

    private Process Start(string[] flags)
    {
        _folder.Folder("clients");
        return Process.Start(new ProcessStartInfo(ProgramProcess.Path, ["-watch-dir", "clients", "-port", "0", "-state-dir", "state", .. flags])
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardOutput = true,
        })!;
    }

    /// <summary>Reads until it said all of these, in whatever order.</summary>
    private static async Task LinesAsync(Process program, params string[] parts)
    {
        var missing = parts.ToList();
        while (missing.Count > 0)
        {
            var line = await program.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
            Assert.True(line is not null, $"the program ended without saying \"{string.Join("\" and \"", missing)}\"");
            missing.RemoveAll(part => line.Contains(part, StringComparison.Ordinal));
        }
    }

    private static void Send(string signal, Process program)
    {
        using var kill = Process.Start("kill", ["-" + signal, program.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
