using System.Text;
using System.Text.Json.Nodes;
using Litestream.EndToEnd.Programs;

namespace Litestream.Infra.Tests;

/// <summary>What the stacks take along: a program for some processor, and a built dashboard.</summary>
internal sealed class Inputs : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public Inputs(byte machine = 0x3e, string needs = "GLIBC_2.34")
    {
        _folder.File("program/bootstrap", [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, machine, 0, 0, .. Encoding.ASCII.GetBytes(needs), 0]);
        _folder.File("dashboard/index.html", "<!doctype html>"u8);
        _folder.File("dashboard/assets/app-1.js", "export {};"u8);
    }

    public string Program => Path.Combine(_folder.Path, "program");

    public string Dashboard => Path.Combine(_folder.Path, "dashboard");

    public Dictionary<string, object> With(IReadOnlyDictionary<string, object>? context)
    {
        var all = new Dictionary<string, object> { ["program"] = Program, ["dashboard"] = Dashboard, ["architecture"] = "x64" };
        // What `cdk` itself passes on.
        foreach (var (name, value) in JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "infra/cdk.json")))!["context"]!.AsObject())
            all[name] = value is JsonArray many ? many.Select(m => (object)m!.GetValue<string>()).ToArray() : value!.GetValue<bool>();
        foreach (var (name, value) in context ?? new Dictionary<string, object>())
            all[name] = value;
        return all;
    }

    public void Dispose() => _folder.Dispose();
}
