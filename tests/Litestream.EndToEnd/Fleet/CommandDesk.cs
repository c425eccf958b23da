using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.EndToEnd.Fleet;

/// <summary>Gives commands to hosts as the API does it.</summary>
internal sealed class CommandDesk(RawTable table)
{
    private readonly UlidSource _ids = new(TimeProvider.System, new Random());

    /// <summary>The item first, then the digest says so.</summary>
    public async Task<CommandRecord> PutAsync(string host, Tenant tenant, string kind, CommandArguments? arguments = null)
    {
        var now = DateTimeOffset.UtcNow;
        var command = new CommandRecord
        {
            HostId = host,
            Id = _ids.Next(),
            Kind = kind,
            State = CommandStates.Requested,
            Tenant = tenant.Guid,
            RequestedAt = now,
            RequestedBy = "ada",
            ExpiresAt = now.AddHours(1),
            Arguments = arguments ?? new(),
        };
        Assert.True(await table.TryUpdateAsync(CommandItem.Put(command)));
        Assert.True(await table.TryUpdateAsync(HostDigestItem.CommandAdded(host)));
        return command;
    }

    /// <param name="command">Which.</param>
    /// <param name="said">What whoever carries it out said, when it does not end.</param>
    /// <param name="patience">Null: as long as any test waits.</param>
    public async Task<CommandRecord> EndOfAsync(CommandRecord command, Func<string> said, TimeSpan? patience = null)
    {
        var found = command;
        await Eventually.TrueAsync(
            async () => CommandStates.IsFinal((found = CommandItem.Read((await table.FindAsync(command.Key))!)).State), () => $"the command ends; it is {found}\n{said()}", patience);
        return found;
    }
}
