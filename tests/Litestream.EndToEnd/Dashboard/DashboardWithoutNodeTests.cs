using System.Text.Json;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Dashboard;

/// <summary>A machine without Node builds the programs, too: they have no dashboard then, and their page says how to get it (a test of the agent's API holds that page).</summary>
public sealed class DashboardWithoutNodeTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task Without_Node_the_build_goes_on_takes_nothing_in_and_says_so()
    {
        var front = _sandbox.Folder("front");
        foreach (var file in new[] { "package.json", "package-lock.json", "index.html" })
            File.Copy(Path.Combine(Repository.Root, "cloud", "dashboard", file), Path.Combine(front, file));
        // As it was fetched, and of all tools only a shell is at hand.
        var tools = _sandbox.Folder("tools");
        File.CreateSymbolicLink(Path.Combine(tools, "sh"), "/bin/sh");
        var environment = new Dictionary<string, string>
        {
            ["PATH"] = tools,
            ["HOME"] = _sandbox.Root,
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_NOLOGO"] = "1",
            ["MSBUILDDISABLENODEREUSE"] = "1",
        };
        var project = Path.Combine(Repository.Root, "agent", "Litestream.Dashboard", "Litestream.Dashboard.csproj");
        var built = await ChildProcess.RunAsync(Environment.ProcessPath!, ["msbuild", project, "-nologo", "-t:EmbedDashboard", "-getItem:EmbeddedResource", $"-p:DashboardFolder={front}/"], _sandbox.Root, environment);
        built.MustSucceed();
        using var answer = JsonDocument.Parse(built.Output);
        Assert.Empty(answer.RootElement.GetProperty("Items").GetProperty("EmbeddedResource").EnumerateArray());
        Assert.False(Directory.Exists(Path.Combine(front, "node_modules")));
        built = await ChildProcess.RunAsync(Environment.ProcessPath!, ["msbuild", project, "-nologo", "-t:EmbedDashboard", $"-p:DashboardFolder={front}/"], _sandbox.Root, environment);
        built.MustSucceed().MustSay("the programs are built without the dashboard");
    }
}
