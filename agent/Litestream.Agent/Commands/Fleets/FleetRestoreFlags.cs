using System.CommandLine;
using System.Globalization;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;

namespace Litestream.Agent.Commands.Fleets;

/// <summary>What <c>litestream fleet restore</c> is told.</summary>
internal sealed class FleetRestoreFlags
{
    public FleetApiFlags Api { get; } = new();

    public Argument<string[]> Tenants { get; } = new("GUID") { Arity = ArgumentArity.OneOrMore };

    public Option<string?> Timestamp { get; } = Flag.Text("-timestamp", "TIME", "the newest state before it, ISO 8601 with an offset or Z");

    public Option<string?> Txid { get; } = Flag.Text("-txid", "TXID", "exactly this transaction, 16 hexadecimal digits");

    public Option<string?> Host { get; } = Flag.Text("-host", "ID", "on this host; default: the tenant's own");

    public Option<string?> Path { get; } = Flag.Text("-o", "PATH", "to a new file there, absolute");

    public Option<string?> NewTenant { get; } = Flag.Text("-new", "GUID", "as a new tenant");

    public Option<string?> IfBusy { get; } = Flag.OneOf("-if-busy", "WHAT", "in place, while an application keeps it locked", IfBusyWords.Wait, IfBusyWords.Fail);

    public Option<string?> Replica { get; } = Flag.Text("-replica", "URL", "from this replica of the tenant");

    public Option<bool> DryRun { get; } = Flag.Switch("-dry-run", "only say what would be done");

    public Option<bool> NoWait { get; } = Flag.Switch("-no-wait", "do not wait for its end");

    public Litestream.Fleet.Api.RestoreRequest Request(ParseResult parsed) => new()
    {
        Tenants = parsed.GetValue(Tenants),
        Timestamp = TimeOf(parsed.GetValue(Timestamp)),
        Txid = parsed.GetValue(Txid),
        Host = parsed.GetValue(Host),
        TargetPath = parsed.GetValue(Path),
        NewTenant = parsed.GetValue(NewTenant),
        IfBusy = parsed.GetValue(IfBusy),
        Replica = parsed.GetValue(Replica),
        DryRun = parsed.GetValue(DryRun),
    };

    /// <summary>With an offset: this machine's zone is nobody's business there.</summary>
    public static DateTimeOffset? TimeOf(string? text)
    {
        if (text is null)
            return null;
        return OffsetTimeConverter.HasOffset(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time
            : throw new UsageException($"-timestamp: \"{text}\" is no time with an offset", "2026-11-21T09:00:00Z, 2026-11-21T10:00:00+01:00");
    }
}
