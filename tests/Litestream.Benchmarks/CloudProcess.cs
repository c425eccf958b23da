using System.Diagnostics;
using Litestream.EndToEnd.Programs;
using Litestream.Tests.Servers;

namespace Litestream.Benchmarks;

/// <summary>The published API of a fleet over a table of the tests.</summary>
internal sealed class CloudProcess : IDisposable
{
    private readonly Process _process;

    private CloudProcess(Process process) => _process = process;

    public double RssMegabytes => ProcessStatus.Megabytes(_process.Id, "VmRSS:");

    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <param name="bench">Its folder.</param>
    /// <param name="table">Of the fleet.</param>
    /// <param name="variables">Whether it is a function; else it listens where <paramref name="arguments"/> say.</param>
    /// <param name="clock">Since just before it began.</param>
    /// <param name="arguments">Flags.</param>
    public static CloudProcess Start(Workbench bench, TableServer table, Dictionary<string, string> variables, out Stopwatch clock, params string[] arguments)
    {
        var start = new ProcessStartInfo(PublishedCloud.Path, arguments) { WorkingDirectory = bench.Root, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        start.Environment["LITESTREAM_FLEET_TABLE"] = "fleet";
        start.Environment["AWS_ENDPOINT_URL_DYNAMODB"] = table.Endpoint;
        start.Environment["AWS_REGION"] = "eu-west-1";
        start.Environment["AWS_ACCESS_KEY_ID"] = "test";
        start.Environment["AWS_SECRET_ACCESS_KEY"] = "test";
        clock = Stopwatch.StartNew();
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new(process);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
