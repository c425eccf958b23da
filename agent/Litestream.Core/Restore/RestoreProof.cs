using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Restore;

/// <summary>Shows that what was restored is what was captured, or names what differs.</summary>
internal static class RestoreProof
{
    /// <exception cref="LitestreamException">It is not; names the damaged file, and the page if that can be known.</exception>
    public static async Task<ProofKind> ProveAsync(ChainReader chain, RestoreOutput output, CancellationToken cancellationToken)
    {
        if (chain.Newest.Proof is { } proof && proof.Post == output.Sum)
            return ProofKind.Sum;

        // Without our sum: each file says of itself whether it is whole. With it: one of the files must be the reason.
        await chain.VerifyAsync(cancellationToken).ConfigureAwait(false);
        if (chain.Newest.Proof is not null)
            throw Mismatch(chain, output);
        SqliteCheck.Run(output.PartPath, IntegrityCheck.Full);
        return ProofKind.FileChecksums;
    }

    /// <summary>Every file is whole, but they do not belong together: the first whose sum before is not the sum after its predecessor tells where.</summary>
    private static DamagedReplicaException Mismatch(ChainReader chain, RestoreOutput output)
    {
        var (files, last) = (chain.Files, chain.Files[^1]);
        var what = $"restore of {last.File.MaxTxid}: expected the sum {last.Header.Proof?.Post:x16} recorded at capture, found {output.Sum:x16} of the restored pages";
        for (var i = 1; i < files.Count; i++)
        {
            if (files[i].File.MinTxid == files[i - 1].File.MaxTxid.Next
                && files[i].Header.Proof?.Pre is { } pre && files[i - 1].Header.Proof?.Post is { } post && pre != post)
                return new($"{what}; {files[i].Name} continues a database of sum {pre:x16}, but {files[i - 1].Name} leaves one of {post:x16}");
        }
        return new($"{what}; each of the {files.Count} files is whole by itself",
            hint: "try an earlier point with -txid; the next snapshot of the live database makes the chain good again");
    }
}
