using Litestream.Ltx;
using Litestream.Sqlite;
using Litestream.Storage;

namespace Litestream.Restore;

/// <summary>
/// At which transaction a read replica stands. The truth is in the database, where it is committed with the data, but only its low half; the file
/// <c>&lt;output&gt;-txid</c> (16 hexadecimal digits, as upstream writes it) has the high half, and tells people.
/// </summary>
internal readonly record struct FollowPosition(string OutputPath)
{
    private string Path => OutputPath + "-txid";

    /// <summary>The file is written after the commit, so it may be one step behind the database.</summary>
    public Txid Read(uint low)
    {
        var noted = File.Exists(Path) && Txid.TryParse(File.ReadAllText(Path).Trim(), out var txid) ? txid : Txid.None;
        var candidate = (noted.Value & ~(ulong)uint.MaxValue) | low;
        return new(candidate >= noted.Value ? candidate : candidate + (1UL << 32));
    }

    public void Write(Txid txid)
    {
        var temporaryPath = Path + ".tmp";
        RegularFile.WriteNew(temporaryPath, txid + "\n");
        File.Move(temporaryPath, Path, overwrite: true);
        _ = PosixFile.FlushDirectory(System.IO.Path.GetDirectoryName(OutputPath)!);
    }
}
