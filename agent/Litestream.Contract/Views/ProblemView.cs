using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Contract.Views;

/// <summary>What is wrong with a tenant, as the API shows it.</summary>
internal static class ProblemView
{
    public static FleetProblem Of(TenantRecord tenant) => new()
    {
        Kind = tenant.Problem ?? "",
        Severity = ProblemWords.SeverityOf(tenant.Problem ?? ""),
        Since = tenant.Since,
        TenantId = tenant.Tenant,
        HostId = tenant.HostId,
        Tenants = 1,
        Detail = tenant.Detail ?? tenant.Reason,
    };

    public static FleetProblem Of(ProofRecord proof) => new()
    {
        Kind = ProblemWords.ProofFailed,
        Severity = ProblemWords.SeverityOf(ProblemWords.ProofFailed),
        Since = proof.At,
        TenantId = proof.Tenant,
        Tenants = 1,
        Detail = proof.Detail,
    };

    public static FleetProblem Of(LookRecord look) => new()
    {
        Kind = ProblemWords.NotInReplica,
        Severity = ProblemWords.SeverityOf(ProblemWords.NotInReplica),
        Since = look.Since,
        TenantId = look.Tenant,
        HostId = look.HostId,
        Tenants = 1,
        Detail = $"its agent said at {ItemTime.Text(look.ClaimedAt)} that transaction {look.ClaimedTxid} is in {look.Replica}; the newest there is "
            + (look.SeenTxid is null ? "none" : $"{look.SeenTxid}{(look.SeenTime is { } time ? $" of {ItemTime.Text(time)}" : "")}")
            + ": nothing newer can be restored. Look at the agent's log, and whether something deletes in the replica or swallows what is sent there",
    };

    public static FleetProblem Of(SliceRecord slice) => new()
    {
        Kind = ProblemWords.Unproven,
        Severity = ProblemWords.SeverityOf(ProblemWords.Unproven),
        Since = slice.UnprovenSince ?? slice.VisitedAt ?? default,
        Slice = slice.Slice.ToString("x2"),
        Tenants = slice.Unproven,
        Detail = $"{slice.Unproven} of {slice.Tenants} tenants were not restored and proven for too long",
    };
}
