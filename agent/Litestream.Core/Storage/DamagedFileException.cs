using Litestream.Ltx;

namespace Litestream.Storage;

/// <summary>A file of a replica is not what was written. Another file may hold the same transactions: a reader plans again without this one.</summary>
internal sealed class DamagedFileException : LitestreamException
{
    internal DamagedFileException(LtxFile file, LtxFormatException damage, uint? pgno)
        : base(pgno is null ? damage.Message : $"{damage.Message}, in the frame of page {pgno}", damage, damage.Hint)
    {
        File = file;
        Pgno = pgno;
        Offset = damage.Offset;
    }

    public LtxFile File { get; }

    /// <summary>The page whose frame is damaged; null when the damage is in none.</summary>
    public uint? Pgno { get; }

    /// <summary>Byte offset in the file at which the damage was noticed.</summary>
    public long Offset { get; }
}
