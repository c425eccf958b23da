namespace Litestream.Agent.Demo;

/// <summary><c>./litestream-demo</c>: everything the demo makes is below it.</summary>
internal sealed record DemoFolder(string Root, string Shown)
{
    private const string Name = "litestream-demo";

    public string Clients => Path.Combine(Root, "clients");

    public string Backups => Path.Combine(Root, "backups");

    public string State => Path.Combine(Root, "state");

    /// <summary>The tenants' ids, from the files that are there.</summary>
    public IReadOnlyList<string> Ids => [.. Directory.EnumerateFiles(Clients, "*.db").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    /// <summary>The folders; what an earlier run left in them stays.</summary>
    public static DemoFolder Prepare(string workingDirectory)
    {
        var folder = new DemoFolder(Path.Combine(workingDirectory, Name), $"./{Name}");
        Directory.CreateDirectory(folder.Clients);
        Directory.CreateDirectory(folder.Backups);
        return folder;
    }
}
