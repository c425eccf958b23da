using Litestream.Agent.Configuration;
using Litestream.Agent.Watching;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Storage;
using Litestream.Storage.S3;

namespace Litestream.Agent.RemoteCommands;

/// <summary>
/// The replicas that a command may be about: those of this agent, and whatever its credentials reach. Whoever asks is far away, so a store's endpoint must be
/// one that this host was configured for, and a replica that is another tenant's is refused.
/// </summary>
internal sealed class RemoteReplicas(Stores stores, AgentEnvironment environment)
{
    /// <summary>The folder beside a plain SQLite file.</summary>
    private const string HistorySuffix = "-ltx";

    /// <summary>Null when the command names none. Makes no request; throws <see cref="RemoteCommandException"/> for what names no replica of this tenant.</summary>
    public NamedReplica? Open(RemoteRun run)
    {
        if (run.Command.Arguments.Replica is not { } url)
            return null;
        var name = run.Name;
        if (!ReplicaChoice.IsUrl(url))
            throw Refused(url, "expected a complete URL, like the one in the catalogue");
        if (stores.Replicas.FirstOrDefault(r => r.UrlOf(r.PathOf(name)) == url) is { } own)
            return new(own.Open(own.PathOf(name)), null);
        try
        {
            if (EndpointOf(url) is { } endpoint && !KnownEndpoints().Contains(endpoint))
                throw Refused(url, $"this host is configured for no store at {endpoint}");
            var root = ReplicaChoice.OpenOne(url, environment);
            var storage = root.Open("");
            if (FindAnother(storage.Url, name) is not { } other)
                return new(storage, root);
            root.Dispose();
            throw Refused(url, $"it is another tenant's, {other}, and the command is about {name}");
        }
        catch (LitestreamException malformed)
        {
            throw new RemoteCommandException(CommandErrors.BadArgument, RemoteFailures.TextOf(malformed));
        }
    }

    /// <summary>
    /// Whose a replica is, if not the tenant's: it bears another's GUID (of a plain file or its history, too), or another's name in our layout, or a database of
    /// this host is replicated there. As the store names what it opened: what a URL spells in many ways is there in one.
    /// </summary>
    private string? FindAnother(string url, string name)
    {
        var place = PlaceOf(url);
        var parts = place.Split('/');
        var bears = TenantFiles.TryParseTenant(parts[^1].EndsWith(HistorySuffix, StringComparison.Ordinal) ? parts[^1][..^HistorySuffix.Length] : parts[^1], out var guid)
            || TenantFiles.TryParseGuid(parts[^1], out guid) ? guid
            : parts.Length > 1 && parts[^2] == ReplicaRoot.DatabasesFolder ? parts[^1] : null;
        if (bears is not null)
            return bears == name ? null : bears;
        return stores.Databases.FirstOrDefault(d => d.Name != name && d.State.Replicas.Any(r => PlaceOf(r.Storage.Url) == place))?.Name;
    }

    private static string PlaceOf(string url) => url.Split('?')[0].TrimEnd('/');

    /// <summary>Of a tenant that is not registered here. Throws <see cref="RemoteCommandException"/> when no replica of this agent has anything of it.</summary>
    public async Task<IReplicaStorage> RequireAsync(Guid tenant, CancellationToken cancellationToken)
    {
        var name = FleetKeys.TextOf(tenant);
        foreach (var store in stores.All)
        {
            if (await store.FindBackupAsync(name, cancellationToken) is { } found)
                return found;
        }
        throw new RemoteCommandException(CommandErrors.UnknownTenant, $"{name} is not registered on this host, and {stores.ReplicaUrl} has no backup of it; name the replica that has");
    }

    private IEnumerable<string> KnownEndpoints() => stores.Replicas.Select(r => EndpointOf(r.Url)).Append(environment.S3Endpoint is { } own && Uri.TryCreate(own, UriKind.Absolute, out var uri) ? uri.Authority : null).OfType<string>();

    /// <summary>Null: AWS, or no store.</summary>
    private string? EndpointOf(string url) => url.StartsWith(S3Url.Scheme, StringComparison.OrdinalIgnoreCase) ? S3Url.Parse(url, environment.S3Endpoint).Endpoint?.Authority : null;

    private static RemoteCommandException Refused(string url, string why) => new(CommandErrors.BadArgument, $"replica: \"{url.Split('?')[0]}\" is refused: {why}");
}
