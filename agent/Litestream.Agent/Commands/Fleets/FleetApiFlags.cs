using System.CommandLine;
using Litestream.Storage;

namespace Litestream.Agent.Commands.Fleets;

/// <summary>Where the API of the fleet is, and how its answer is shown.</summary>
internal sealed class FleetApiFlags
{
    public Option<string?> Api { get; } = Flag.Text("-api", "URL", "the fleet's API; default: LITESTREAM_API_URL. Its token: LITESTREAM_API_TOKEN");

    public Option<bool> Json { get; } = Flag.Switch("-json", "as JSON, for programs");

    public FleetApi Open(ParseResult parsed, CommandContext context)
    {
        var text = parsed.GetValue(Api) ?? context.Environment.ApiUrl
            ?? throw new UsageException("where is the fleet's API?", "give -api https://…, or set LITESTREAM_API_URL");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0 || address.Query.Length > 0)
            throw new UsageException($"\"{ReplicaRoot.WithoutSecrets(text)}\" is no address of an API", "-api https://fleet.example.com, and nothing of a user or a token in it: LITESTREAM_API_TOKEN has that");
        if (address.Scheme == "http" && !address.IsLoopback && context.Environment.ApiToken is not null)
            throw new UsageException($"{address} would send your token for everybody on the way to read", "use https, or unset LITESTREAM_API_TOKEN");
        return new(new(address.AbsoluteUri.TrimEnd('/') + "/"), context.Environment.ApiToken, context.Time);
    }
}
