using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Litestream.Ltx;
using Litestream.Sqlite;
using Litestream.Storage;

namespace Litestream.Replication;

/// <summary>
/// Where a database was that left for another host. A directory has its name, and another one that of its WAL: whoever opens it there is told that it cannot be opened,
/// creates nothing, and so is a connection that had the file open and had read nothing of it. The file lies beside them, whole, under a name that nobody opens by mistake.
/// <code>
/// x.db/moved-away            what follows, in words and for programs
/// x.db-wal/                  empty
/// x.db.moved-&lt;id&gt;            the file; before it changed places with x.db: the directory
/// x.db.moved-&lt;id&gt;-wal        nothing; before: the directory. In between: a WAL of which the file has everything
/// </code>
/// </summary>
/// <param name="Path">Of the database as it was.</param>
/// <param name="Id">Of what had it leave: the same one goes on with it.</param>
/// <param name="To">The host that has it.</param>
/// <param name="Txid">Everything that was ever committed is in this transaction, in the replica.</param>
/// <param name="LockedAt">Since then nothing was committed.</param>
internal sealed record VacatedPlace(string Path, string Id, string To, Txid Txid, DateTimeOffset LockedAt)
{
    private const string NoteName = "moved-away";
    private const int MostNoteBytes = 16 * 1024;

    /// <summary>Where the file is, in the end.</summary>
    public string AsidePath => AsideOf(Path, Id);

    private string AsideWal => DatabaseFiles.WalOf(AsidePath);

    /// <summary>What stands at this path; null when that is no such place.</summary>
    public static VacatedPlace? Find(string path) => Read(System.IO.Path.Combine(path, NoteName), path);

    /// <summary>What was begun under this id, and not finished; null: nothing, or it is finished.</summary>
    public static VacatedPlace? FindBegun(string path, string id) => Read(System.IO.Path.Combine(AsideOf(path, id), NoteName), path) is { } begun && begun.Id == id ? begun : null;

    /// <summary>Somebody comes back to it: the name is free again. What lies aside stays.</summary>
    /// <returns>False: it is no such place, and nothing was touched.</returns>
    public static bool Clear(string path)
    {
        if (Find(path) is null)
            return false;
        Delete(DatabaseFiles.WalOf(path));
        Delete(path);
        return true;
    }

    /// <summary>Throws where names cannot change places in one step: some network file systems.</summary>
    public static void RequireExchange(string path, string id)
    {
        var (one, other) = (AsideOf(path, id) + ".a", AsideOf(path, id) + ".b");
        try
        {
            Directory.CreateDirectory(one);
            Directory.CreateDirectory(other);
            if (PosixFile.Exchange(one, other) is var error && error != 0)
                throw Failed(path, error);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LitestreamException($"{path} cannot leave: {e.Message}", e, "the agent must be able to write to its directory");
        }
        finally
        {
            Delete(one);
            Delete(other);
        }
    }

    /// <summary>Both directories, aside, durable: from here on it can be gone on with.</summary>
    public void Write()
    {
        Delete(AsidePath);
        Directory.CreateDirectory(AsideWal);
        Directory.CreateDirectory(AsidePath);
        using (var note = new StreamWriter(File.Create(System.IO.Path.Combine(AsidePath, NoteName))))
        {
            note.Write(string.Create(CultureInfo.InvariantCulture,
                $"This database was moved to host {To}. It lies in {AsidePath} as it was, and may be deleted. Programs are kept from it here: point them to that host.\nid {Id}\nto {To}\ntxid {Txid}\nlocked {LockedAt.UtcDateTime:O}\n"));
            note.Flush();
            ((FileStream)note.BaseStream).Flush(flushToDisk: true);
        }
        _ = PosixFile.FlushDirectory(AsidePath);
        Flush();
    }

    /// <summary>Nothing of it happened: the directories go.</summary>
    public void Abandon()
    {
        Delete(AsideWal);
        Delete(AsidePath);
    }

    /// <summary>
    /// WAL and database change places with the directories. Only while nobody can begin anything (<see cref="WalIndex.Shut"/>) and the file holds everything that the WAL has. Done
    /// twice is done once. Throws with everything as it was.
    /// </summary>
    public void Take()
    {
        var wal = DatabaseFiles.WalOf(Path);
        if (!Directory.Exists(wal))
            Exchange(wal, AsideWal);
        Faults.Reach(FaultPoint.LeavingHalfMoved);
        if (!Directory.Exists(Path))
        {
            try
            {
                Exchange(Path, AsidePath);
            }
            catch (LitestreamException)
            {
                _ = PosixFile.Exchange(wal, AsideWal);
                throw;
            }
        }
        Flush();
        Tidy();
    }

    /// <summary>What belongs to nobody any more goes; it harms nobody if it stays.</summary>
    public void Tidy()
    {
        try
        {
            File.Delete(AsideWal);
            File.Delete(DatabaseFiles.ShmOf(Path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The place is vacated all the same.
        }
    }

    /// <summary>A WAL that is not there (nobody has the database open): its name is taken all the same.</summary>
    private static void Exchange(string name, string directory)
    {
        var error = PosixFile.Exchange(name, directory);
        if (error == PosixFile.NoEntry)
            error = PosixFile.MoveIfAbsent(directory, name);
        if (error != 0)
            throw Failed(name, error);
    }

    private void Flush() => _ = PosixFile.FlushDirectory(System.IO.Path.GetDirectoryName(Path)!);

    private static LitestreamException Failed(string path, int error) => new(
        $"{path} cannot leave: its name cannot be given to something else in one step ({Marshal.GetPInvokeErrorMessage(error)})",
        hint: "move it by hand: stop its application, `release` it, and `adopt` it on the other host");

    private static string AsideOf(string path, string id) => $"{path}.moved-{id}";

    private static void Delete(string directory)
    {
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
    }

    private static VacatedPlace? Read(string note, string path)
    {
        string[] lines;
        try
        {
            // Whoever may make names in a watched directory can have put anything there.
            using var file = RegularFile.OpenRead(note);
            if (RandomAccess.GetLength(file) > MostNoteBytes)
                return null;
            var bytes = new byte[MostNoteBytes];
            lines = Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(file, bytes, 0)).Split('\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        string? ValueOf(string key) => lines.FirstOrDefault(l => l.StartsWith(key + " ", StringComparison.Ordinal))?[(key.Length + 1)..];
        return ValueOf("id") is { } id && ValueOf("to") is { } to && Txid.TryParse(ValueOf("txid") ?? "", out var txid)
            && DateTimeOffset.TryParse(ValueOf("locked"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var lockedAt)
            ? new(path, id, to, txid, lockedAt)
            : null;
    }
}
