namespace Litestream.EndToEnd.Crash;

/// <summary>Where the tenants of a chapter are replicated to: one folder, or two of them, which then differ in how far they are.</summary>
internal sealed class CrashReplicas
{
    private readonly Sandbox _sandbox;
    private readonly string? _second;

    public CrashReplicas(Sandbox sandbox, bool two)
    {
        _sandbox = sandbox;
        if (!two)
        {
            Flags = ["-watch-dir", string.Join(',', sandbox.WatchedDirectories), "-replica", sandbox.ReplicaUrl];
            return;
        }

        _second = Path.Combine(sandbox.Root, "second");
        var file = Path.Combine(sandbox.Root, "litestream.yml");
        File.WriteAllText(file, $"""
            dbs:
              - dir: {sandbox.Data}
                pattern: "*.db"
                watch: true
                replicas:
                  - path: {sandbox.Replica}
                  - path: {_second}
            """);
        Flags = ["-config", file];
    }

    /// <summary>What an agent is told.</summary>
    public string[] Flags { get; }

    /// <summary>The tenant as each of its replicas has it.</summary>
    public IReadOnlyList<Tenant> Of(Tenant tenant) => _second is null
        ? [tenant]
        : [tenant with { ReplicaFolder = Below(_sandbox.Replica, tenant) }, tenant with { ReplicaFolder = Below(_second, tenant) }];

    private static string Below(string folder, Tenant tenant) => Path.Combine(folder, Path.GetFileName(tenant.Path));
}
