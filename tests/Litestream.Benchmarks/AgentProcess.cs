using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Litestream.EndToEnd.Programs;
using Litestream.Tests.Servers;

namespace Litestream.Benchmarks;

/// <summary>The published program replicating, seen from outside: its log, its API, its entry in /proc.</summary>
internal sealed class AgentProcess : IDisposable
{
    /// <summary>Several times what one takes where ten thousand are met at once.</summary>
    private static readonly TimeSpan PatiencePerTenant = TimeSpan.FromMilliseconds(30);

    private readonly Process _process;
    private readonly HttpClient _http;
    private readonly List<(DateTime Time, string Message)> _log = [];
    private readonly TimeSpan _patience;

    /// <param name="more">Flags beside directory, replica, state and port.</param>
    public AgentProcess(Workbench bench, params string[] more)
    {
        var port = FreePort.Find();
        var start = new ProcessStartInfo(PublishedProgram.Path,
        [
            "replicate", "-watch-dir", bench.Data, "-replica", bench.ReplicaUrl ?? "file://" + bench.Replica, "-state-dir", bench.State,
            "-port", port.ToString(CultureInfo.InvariantCulture), "-log-format", "json", .. more,
        ])
        {
            WorkingDirectory = bench.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in bench.Environment)
            start.Environment[name] = value;
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(2) };
        _patience = TimeSpan.FromMinutes(5) + (PatiencePerTenant * Directory.EnumerateFiles(bench.Data).Count());
        (Started, StartedAt) = (Stopwatch.StartNew(), DateTime.UtcNow);
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public Stopwatch Started { get; }

    /// <summary>The same moment by the clock of log lines and files.</summary>
    public DateTime StartedAt { get; }

    /// <summary>User and system time so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public double RssMegabytes => ProcessStatus.Megabytes(_process.Id, "VmRSS:");

    /// <summary>Of that its own: not pages of files, which the machine shares and may drop.</summary>
    public double AnonymousMegabytes => ProcessStatus.Megabytes(_process.Id, "RssAnon:");

    public double PeakMegabytes => ProcessStatus.Megabytes(_process.Id, "VmHWM:");

    public int Descriptors => Directory.GetFiles($"/proc/{_process.Id}/fd").Length;

    /// <summary>When the agent logged each line, by its own clock, and what it said.</summary>
    public IReadOnlyList<(DateTime Time, string Message)> Log
    {
        get
        {
            lock (_log)
                return [.. _log];
        }
    }

    /// <summary>From the start of the process to the log line that begins so, by the agent's own time stamps.</summary>
    public double SecondsToLine(string beginning)
    {
        var (read, found) = (0, (DateTime?)null);
        WaitUntil(() => (found = TimeOfLine(beginning, ref read)) is not null, $"the line '{beginning}'");
        return (found!.Value - StartedAt).TotalSeconds;
    }

    /// <summary>Waits for the first answer of the API.</summary>
    public void WaitForAnswer()
    {
        while (true)
        {
            try
            {
                using var answer = _http.Send(new HttpRequestMessage(HttpMethod.Get, "/api/status?limit=1"));
                if (answer.StatusCode == HttpStatusCode.OK)
                    return;
            }
            catch (HttpRequestException) when (!_process.HasExited)
            {
                Thread.Sleep(1);
            }
        }
    }

    public JsonElement Status()
    {
        using var answer = _http.Send(new HttpRequestMessage(HttpMethod.Get, "/api/status?limit=1"));
        using var document = JsonDocument.Parse(answer.Content.ReadAsStream());
        return document.RootElement.Clone();
    }

    public void WaitUntil(Func<bool> condition, string what)
    {
        var patience = Stopwatch.StartNew();
        while (!condition())
        {
            if (_process.HasExited || patience.Elapsed > _patience)
                throw new InvalidOperationException($"the agent never came to: {what}\n{string.Join('\n', Log.Select(line => line.Message))}");
            Thread.Sleep(2);
        }
    }

    /// <summary>No connection and no descriptor is left, and nothing falls due for a tenant that nobody wrote to.</summary>
    public void WaitUntilCold()
    {
        WaitForAnswer();
        WaitUntil(
            () => Status() is var status && status.GetProperty("hotClients").GetInt32() == 0 && status.GetProperty("activeClients").GetInt32() == status.GetProperty("totalClients").GetInt32(),
            "all tenants cold");
    }

    /// <summary>Cold, and what the work before took is given back: the agent does that some seconds behind it.</summary>
    public void WaitUntilSettled()
    {
        WaitUntilCold();
        Thread.Sleep(TimeSpan.FromSeconds(12));
    }

    /// <summary>Returns when everything that was committed before is in the replica.</summary>
    public void Sync(string tenant)
    {
        using var answer = _http.Send(new HttpRequestMessage(HttpMethod.Post, $"/api/databases/{tenant}/sync"));
        if (answer.StatusCode != HttpStatusCode.OK)
            throw new InvalidOperationException($"the sync of {tenant} was answered with {(int)answer.StatusCode}: {new StreamReader(answer.Content.ReadAsStream()).ReadToEnd()}");
    }

    /// <summary>SIGTERM, and the time until it has ended.</summary>
    public TimeSpan Stop()
    {
        var clock = Stopwatch.StartNew();
        Signal.Send(_process.Id, Signal.Terminate);
        _process.WaitForExit();
        return clock.Elapsed;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        _http.Dispose();
    }

    /// <param name="beginning">Of the message.</param>
    /// <param name="read">So many lines were looked at: of a hundred thousand, each once.</param>
    private DateTime? TimeOfLine(string beginning, ref int read)
    {
        lock (_log)
        {
            for (; read < _log.Count; read++)
            {
                if (_log[read].Message.StartsWith(beginning, StringComparison.Ordinal))
                    return _log[read].Time;
            }
        }
        return null;
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        try
        {
            using var document = JsonDocument.Parse(line);
            lock (_log)
                _log.Add((document.RootElement.GetProperty("time").GetDateTime().ToUniversalTime(), document.RootElement.GetProperty("message").GetString()!));
        }
        catch (JsonException)
        {
            lock (_log)
                _log.Add((DateTime.UtcNow, line));
        }
    }
}
