using Litestream.Fleet.Items;
using Litestream.Ltx;

namespace Litestream.Agent.RemoteCommands;

/// <summary>Which moment of a database a command is about.</summary>
internal static class RemoteMoment
{
    /// <summary>Neither: the newest. Throws <see cref="RemoteCommandException"/> for what is none.</summary>
    public static (Txid? Txid, DateTimeOffset? Timestamp) Of(CommandRecord command)
    {
        var arguments = command.Arguments;
        if (arguments.Txid is not null && arguments.Timestamp is not null)
            throw new RemoteCommandException(CommandErrors.BadArgument, "txid and timestamp both name a moment; give one of them");
        if (arguments.Txid is not { } text)
            return (null, arguments.Timestamp);
        return Txid.TryParse(text, out var txid) && !txid.IsNone ? (txid, null) : throw new RemoteCommandException(CommandErrors.BadArgument, $"txid: \"{text}\" is none; expected 16 hexadecimal digits");
    }
}
