using Litestream.Contract;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Http;

namespace Litestream.Contract.Restores;

/// <summary>What a request for restores says, read and checked by itself; whether the fleet can do it is <see cref="RestorePlanner"/>'s question.</summary>
internal sealed record RestoreWish
{
    public const int MostTenants = 100;

    /// <summary>Each once, in the order of the request.</summary>
    public required IReadOnlyList<Guid> Tenants { get; init; }

    /// <summary>Null: on each tenant's own.</summary>
    public string? Host { get; init; }

    public string? Txid { get; init; }

    public DateTimeOffset? Timestamp { get; init; }

    public string? TargetPath { get; init; }

    public Guid? NewTenant { get; init; }

    public string? Replica { get; init; }

    public string? IfBusy { get; init; }

    public required TimeSpan Life { get; init; }

    public bool IsInPlace => TargetPath is null && NewTenant is null;

    /// <summary>Throws <see cref="ProblemException"/>.</summary>
    public static RestoreWish Read(RestoreRequest request, DateTimeOffset now)
    {
        var wish = new RestoreWish
        {
            Tenants = TenantsOf(request.Tenants),
            Host = request.Host is null ? null : AskedValues.HostOf(request.Host),
            Txid = AskedValues.TxidOf(request.Txid),
            Timestamp = AskedValues.TimeOf(request.Timestamp, now),
            TargetPath = AskedValues.PathOf(request.TargetPath),
            NewTenant = request.NewTenant is null ? null : AskedValues.GuidOf(request.NewTenant),
            Replica = AskedValues.ReplicaOf(request.Replica),
            IfBusy = request.IfBusy is null or IfBusyWords.Fail or IfBusyWords.Wait ? request.IfBusy : throw AskedValues.Bad($"ifBusy is {IfBusyWords.Fail} or {IfBusyWords.Wait}"),
            Life = AskedValues.LifeOf(request.ExpiresInSeconds),
        };
        if (wish is { Txid: not null, Timestamp: not null })
            throw AskedValues.Bad("txid and timestamp both say which state; give one of them");
        if (wish is { TargetPath: not null, NewTenant: not null })
            throw AskedValues.Bad("targetPath and newTenant both say where to; give one of them");
        if (wish is { IsInPlace: true, Txid: null, Timestamp: null })
            throw AskedValues.Bad("to which state? In place, the newest is what the database has: give timestamp or txid");
        if (wish is { IsInPlace: false, IfBusy: not null })
            throw AskedValues.Bad("ifBusy is for a restore in place; nobody has the new file open");
        if (wish.Tenants.Count > 1 && (wish.Txid ?? wish.TargetPath ?? wish.Replica ?? wish.NewTenant?.ToString()) is not null)
            throw AskedValues.Bad("txid, targetPath, newTenant and replica are each of one tenant: name one, or restore several in place to a timestamp");
        return wish;
    }

    private static List<Guid> TenantsOf(IReadOnlyList<string>? texts) => texts switch
    {
        null or { Count: 0 } => throw AskedValues.Bad("tenants lists the GUIDs of those to restore"),
        { Count: > MostTenants } => throw new ProblemException(ContractProblems.TooMany(MostTenants)),
        _ => [.. texts.Select(t => AskedValues.GuidOf(t ?? "")).Distinct()],
    };
}
