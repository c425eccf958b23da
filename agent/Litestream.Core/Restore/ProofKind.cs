namespace Litestream.Restore;

public enum ProofKind
{
    /// <summary>The sum recorded at capture equals the sum of what was restored.</summary>
    Sum,

    /// <summary>The chain carries no sums of ours (written by genuine Litestream): file checksums and <c>integrity_check</c> passed.</summary>
    FileChecksums,
}
