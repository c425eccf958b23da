using System.Globalization;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Fleet;

/// <summary>DynamoDB by others (tests/Servers/dynalite.mjs), a process of the test. Ends with it.</summary>
internal sealed class Dynalite : IDisposable
{
    private readonly ChildProcess _process;

    private Dynalite(ChildProcess process, int port) => (_process, Endpoint) = (process, $"http://127.0.0.1:{port}");

    public string Endpoint { get; }

    public static async Task<Dynalite> StartAsync()
    {
        await NodeModules.FolderAsync();
        var process = ChildProcess.Start("node", [Path.Combine(Repository.Root, "tests", "Servers", "dynalite.mjs")], Path.Combine(Repository.Root, "tests"));
        try
        {
            var port = 0;
            await Eventually.TrueAsync(
                () => process.Lines.Any(line => int.TryParse(line, CultureInfo.InvariantCulture, out port)) || process.HasExited, () => $"dynalite says its port; it said {process.Said}");
            return port > 0 ? new(process, port) : throw new InvalidOperationException($"dynalite ended:\n{process.Said}");
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    public void Dispose() => _process.Dispose();
}
