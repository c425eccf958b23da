using System.Text.RegularExpressions;

namespace Litestream.Core.Tests.Architecture;

/// <summary>
/// Keeps the direction <c>Sqlite &lt;- Ltx &lt;- Storage &lt;- {Replication, Restore} &lt;- {InPlace, Drills} &lt;- Store &lt;- Agent</c>:
/// who reads a room from top to bottom never has to know one further up.
/// </summary>
public sealed class RoomDirectionTests
{
    /// <summary>What each room of Core may know. The types at Core's root (Store, Database, …) stand above all rooms.</summary>
    private static readonly Dictionary<string, string[]> MayImport = new()
    {
        ["Sqlite"] = [],
        ["Ltx"] = ["Sqlite"],
        ["Storage"] = ["Ltx", "Sqlite"],
        ["Replication"] = ["Storage", "Ltx", "Sqlite"],
        ["Restore"] = ["Storage", "Ltx", "Sqlite"],
        ["InPlace"] = ["Replication", "Restore", "Storage", "Ltx", "Sqlite"],
        ["Drills"] = ["Replication", "Restore", "Storage", "Ltx", "Sqlite"],
    };

    [Fact]
    public void A_room_of_the_engine_imports_only_the_rooms_below_it()
    {
        var broken = new List<string>();
        foreach (var (file, room) in RoomFiles())
            foreach (var other in MayImport.Keys.Where(other => other != room && !MayImport[room].Contains(other)))
                if (Mentions(file.Code, other))
                    broken.Add($"{file.Path} imports Litestream.{other}, but {room} may import only [{string.Join(", ", MayImport[room])}]. " + Remedy(room, other));
        Report(broken);
    }

    [Fact]
    public void A_room_of_the_engine_does_not_know_the_store_above_it()
    {
        var broken = RoomFiles()
            .Where(pair => Regex.IsMatch(pair.File.Code, """(?<![.\w])(?:Store|Database)\??\s+_?[a-z]\w*|<(?:Store|Database)\??>|\bnew\s+(?:Store|Database)\(|typeof\((?:Store|Database)\)"""))
            .Select(pair => $"{pair.File.Path} uses Store or Database, which stand above the room {pair.Room}. "
                + "Pass what it needs by constructor (options, a callback, a value), or move the piece up to the root of Litestream.Core.");
        Report(broken);
    }

    [Fact]
    public void The_engine_does_not_know_the_fleet_or_the_program()
    {
        Report(SourceTree.Product
            .Where(file => file.Path.StartsWith("agent/Litestream.Core/", StringComparison.Ordinal))
            .Where(file => Mentions(file.Code, "Fleet") || Mentions(file.Code, "Agent") || Mentions(file.Code, "Cloud"))
            .Select(file => $"{file.Path} imports the fleet, the agent or the cloud. Litestream.Core is a library for embedders: "
                + "let it report through its own records, and translate in Litestream.Agent."));
    }

    [Fact]
    public void The_fleet_imports_nothing()
    {
        var project = File.ReadAllText(Path.Combine(SourceTree.Root, "agent/Litestream.Fleet/Litestream.Fleet.csproj"));
        Assert.False(project.Contains("<ProjectReference", StringComparison.Ordinal) || project.Contains("<PackageReference", StringComparison.Ordinal),
            "Litestream.Fleet is the treaty between agent, cloud and infra: records and names without references. Put the code that needs one into the project that uses it.");
        Report(SourceTree.Product
            .Where(file => file.Path.StartsWith("agent/Litestream.Fleet/", StringComparison.Ordinal))
            .Where(file => Regex.IsMatch(file.Code, """\busing\s+(?:static\s+)?(?:\w+\s*=\s*)?(?:Litestream\.(?!Fleet)|System\.(?:IO|Net)\b)"""))
            .Select(file => $"{file.Path}: Litestream.Fleet does no I/O and imports no room. Keep the record here and move the work to the agent or the cloud."));
    }

    [Fact]
    public void The_cloud_imports_the_treaty_and_of_the_engine_only_what_reads_replicas()
    {
        string[] rooms = ["Cloud", "Contract", "Fleet", "DynamoDb", "Http", "Dashboard", "Storage", "Ltx", "Restore"];
        Report(
            from file in SourceTree.Product
            where file.Path.StartsWith("cloud/Litestream.Cloud/", StringComparison.Ordinal)
            from Match import in Regex.Matches(file.Code, """(?<!\.)\bLitestream\.([A-Z]\w*)""")
            where !rooms.Contains(import.Groups[1].Value)
            select $"{file.Path} imports Litestream.{import.Groups[1].Value}; Litestream.Cloud may import only [{string.Join(", ", rooms)}]. "
                + "What agent and API share belongs in Litestream.Fleet (words, records), Litestream.DynamoDb or Litestream.Http.");
        var project = File.ReadAllText(Path.Combine(SourceTree.Root, "cloud/Litestream.Cloud/Litestream.Cloud.csproj"));
        Assert.False(Regex.IsMatch(project, """<ProjectReference Include="[^"]*(?:Litestream\.Agent|Litestream\.Hosting|infra/)"""),
            "Litestream.Cloud references the agent's program: move what both need into Litestream.Fleet, Litestream.DynamoDb or Litestream.Http.");
    }

    [Fact]
    public void What_every_request_does_knows_no_address_and_no_engine()
    {
        Report(SourceTree.Product
            .Where(file => file.Path.StartsWith("agent/Litestream.Http/", StringComparison.Ordinal) || file.Path.StartsWith("agent/Litestream.DynamoDb/", StringComparison.Ordinal))
            .Where(file => Regex.IsMatch(file.Code, """\bLitestream\.(?!Http|DynamoDb|Fleet)[A-Z]"""))
            .Select(file => $"{file.Path} imports more than the treaty: agent and API share it. Pass in what it needs, or keep the piece in the program that needs it."));
    }

    [Fact]
    public void A_namespace_is_its_folder()
    {
        Report(SourceTree.Product
            .Where(file => file.Namespace is not null && file.Namespace != ExpectedNamespace(file.Path))
            .Select(file => $"{file.Path} has the namespace {file.Namespace}: make it {ExpectedNamespace(file.Path)}, or move the file to the folder of its namespace."));
    }

    private static IEnumerable<(SourceFile File, string Room)> RoomFiles() =>
        from file in SourceTree.Product
        let parts = file.Path.Split('/')
        where parts is ["agent", "Litestream.Core", _, _, ..] && MayImport.ContainsKey(parts[2])
        select (file, parts[2]);

    // A using directive, a full name, or the short name that C# allows between namespaces of one parent.
    private static bool Mentions(string code, string room) =>
        Regex.IsMatch(code, $"""\bLitestream\.{room}\b|(?<![.\w]){room}\.[A-Z]\w*[.(<\s]""");

    private static string Remedy(string room, string other) => (room, other) switch
    {
        ("Restore", "Replication") or ("Replication", "Restore") =>
            "What both need (applying pages under SQLite's locks, for one) belongs in Sqlite, Ltx or Storage: move it there.",
        _ => $"Move the piece down to {room} or below, or let the caller in {other} pass it in as a value.",
    };

    private static string ExpectedNamespace(string path)
    {
        var parts = path.Split('/');
        var project = parts[1] == "Litestream.Core" ? "Litestream" : parts[1];
        return string.Join('.', [project, .. parts[2..^1]]);
    }

    private static void Report(IEnumerable<string> broken) => Assert.True(!broken.Any(), string.Join(Environment.NewLine, broken));
}
