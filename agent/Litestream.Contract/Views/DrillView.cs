using Litestream.Fleet.Api;
using Litestream.Fleet.Items;

namespace Litestream.Contract.Views;

/// <summary>A proof as the API shows it.</summary>
internal static class DrillView
{
    public static TenantDrill Of(ProofRecord proof) => new()
    {
        TenantId = proof.Tenant,
        At = proof.At,
        Verdict = proof.Verdict,
        By = proof.By,
        CommandId = proof.Command?.ToString(),
        Txid = proof.Txid,
        Seconds = proof.Seconds,
        Bytes = proof.Bytes,
        Checks = proof.Checks?.Split(',') ?? [],
        Detail = proof.Detail,
        Evidence = proof.Evidence,
    };
}
