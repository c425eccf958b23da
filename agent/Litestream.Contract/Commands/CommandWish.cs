using Litestream.Contract;
using Litestream.Contract.Access;
using Litestream.Contract.Changes;
using Litestream.Contract.Restores;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Http;

namespace Litestream.Contract.Commands;

/// <summary>What a request for a command says, read and checked by itself.</summary>
internal static class CommandWish
{
    /// <summary>Throws <see cref="ProblemException"/>.</summary>
    /// <param name="request">The body.</param>
    /// <param name="host">Of the address.</param>
    /// <param name="change">What it becomes.</param>
    /// <param name="kinds">That can be asked for here.</param>
    /// <param name="now">The time.</param>
    public static CommandRecord Read(CommandRequest request, string host, Change change, IReadOnlyList<string> kinds, DateTimeOffset now)
    {
        if (request.Kind is null || !kinds.Contains(request.Kind))
            throw new ProblemException(RequestProblems.Of(400, ProblemCodes.UnknownKind, "No kind of command", $"kind is one of {string.Join(", ", kinds)}"));
        if (request.Kind == CommandKinds.Restore)
            CheckRestore(request, now);
        else if ((request.NewTenant ?? request.IfBusy ?? (request.Kind == CommandKinds.Adopt ? null : request.TargetPath)) is not null)
            throw AskedValues.Bad($"targetPath, newTenant and ifBusy are of a restore (targetPath of an adopt, too), and this is a {request.Kind}");
        if (request.Kind is not (CommandKinds.Restore or CommandKinds.Drill) && (request.Txid is not null || request.Timestamp is not null))
            throw AskedValues.Bad($"txid and timestamp are of a restore or a drill, and this is a {request.Kind}");
        if (request.IfAlive is not null && (request.Kind is not (CommandKinds.TakeOver or CommandKinds.Adopt) || request.IfAlive is not (IfAliveWords.Fail or IfAliveWords.Take)))
            throw AskedValues.Bad($"ifAlive is of a take-over or an adopt, and {IfAliveWords.Fail} or {IfAliveWords.Take}");
        if (request is { Txid: not null, Timestamp: not null })
            throw AskedValues.Bad("txid and timestamp both say which state; give one of them");
        return new()
        {
            HostId = host,
            Id = change.Target,
            Kind = request.Kind,
            State = CommandStates.Requested,
            Tenant = AskedValues.GuidOf(request.Tenant ?? ""),
            RequestedAt = change.At,
            RequestedBy = change.Actor,
            ExpiresAt = change.At + AskedValues.LifeOf(request.ExpiresInSeconds),
            Arguments = new()
            {
                Txid = AskedValues.TxidOf(request.Txid),
                Timestamp = AskedValues.TimeOf(request.Timestamp, now),
                TargetPath = AskedValues.PathOf(request.TargetPath),
                NewTenant = request.NewTenant is null ? null : AskedValues.GuidOf(request.NewTenant),
                Replica = AskedValues.ReplicaOf(request.Replica),
                IfBusy = request.IfBusy,
                IfAlive = request.IfAlive,
                Epoch = request.Epoch is null or > 0 ? request.Epoch : throw AskedValues.Bad("epoch is a number above 0"),
            },
        };
    }

    /// <summary>The others may be about a tenant that is elsewhere, or nowhere.</summary>
    public static bool NeedsItsOwnHost(CommandRecord command) => command switch
    {
        { Kind: CommandKinds.Sync or CommandKinds.Snapshot or CommandKinds.Pause or CommandKinds.Resume or CommandKinds.Release } => true,
        { Kind: CommandKinds.Restore, Arguments: { TargetPath: null, NewTenant: null } } => true,
        _ => false,
    };

    /// <summary>By the same rules as <c>/api/restores</c>.</summary>
    private static void CheckRestore(CommandRequest request, DateTimeOffset now) => RestoreWish.Read(new()
    {
        Tenants = request.Tenant is null ? null : [request.Tenant],
        Txid = request.Txid,
        Timestamp = request.Timestamp,
        TargetPath = request.TargetPath,
        NewTenant = request.NewTenant,
        Replica = request.Replica,
        IfBusy = request.IfBusy,
    }, now);
}
