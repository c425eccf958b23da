using System.Diagnostics;

namespace Litestream.Tests.Servers;

/// <summary>Stands between the program and a store and spoils what passes: tests/Servers/faultproxy.mjs, in a process of Node.</summary>
internal sealed class FaultProxy : IDisposable
{
    private readonly Process _process;
    private readonly int _control;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };

    private FaultProxy(Process process, int port, int control) => (_process, Port, _control) = (process, port, control);

    public int Port { get; }

    /// <summary>It ends with its input, and that with this process, however it ends.</summary>
    public static async Task<FaultProxy> StartAsync(string script, int targetPort)
    {
        var (port, control) = (FreePort.Find(), FreePort.Find());
        var process = Process.Start(new ProcessStartInfo("node", [script, $"{port}", $"{targetPort}", $"{control}"]) { RedirectStandardInput = true })!;
        var proxy = new FaultProxy(process, port, control);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await proxy.SetAsync("{}");
                return proxy;
            }
            catch (HttpRequestException) when (attempt < 500 && !process.HasExited)
            {
                await Task.Delay(20);
            }
        }
    }

    /// <summary>From here on these faults and no others. Answers the faults and how often each kind was seen.</summary>
    public async Task<string> SetAsync(string faults)
    {
        using var answer = await _http.PostAsync(new Uri($"http://127.0.0.1:{_control}/"), new StringContent(faults));
        return (await answer.Content.ReadAsStringAsync()).Trim();
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _http.Dispose();
    }
}
