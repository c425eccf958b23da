using Litestream.Ltx;
using Litestream.Sqlite;
using Litestream.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Litestream.Restore;

/// <summary>
/// The database being written: <c>&lt;output&gt;.part</c>, which gets its name at the very end. If a restore is cut, the part and its journal stay,
/// and the next one goes on from there. Pages may be written by several threads, in any order; everything else belongs to one.
/// </summary>
internal sealed class RestoreOutput : IDisposable
{
    /// <summary>Behind the name that it gets in the end.</summary>
    public const string PartSuffix = ".part";

    /// <summary>No run is longer, so a claim of more is none of ours.</summary>
    private const int MaxRunBytes = 1024 * 1024;

    private readonly Destination _destination;
    private readonly int _pageSize;
    private readonly bool _isFresh;
    private readonly SafeFileHandle _handle;
    private readonly PartJournal _journal;
    private readonly WriteBack _writeBack;
    private readonly SeededPages? _seeded;
    private readonly bool _isAsSeeded;
    private long _bytesWritten;
    private ulong _sum;

    private RestoreOutput(Destination destination, int pageSize, uint commit, SeededPages? seeded)
    {
        (_destination, _pageSize, PartPath) = (destination, pageSize, destination.Path + PartSuffix);
        SizeBytes = (long)commit * pageSize;
        _journal = PartJournal.At(PartPath + "-done");
        _isFresh = !_journal.Exists || !File.Exists(PartPath);
        (_seeded, _isAsSeeded) = (seeded, seeded?.Begin(_isFresh ? null : FileStat.Of(PartPath), commit) ?? false);
        _handle = PartFile.Open(PartPath, goOn: !_isFresh, SizeBytes);
        destination.CopyPermissions(_handle, isFinished: false);
        if (_isFresh)
            _journal.Delete(); // of a part that is gone
        _writeBack = new(_handle, pageSize, commit);
    }

    /// <summary>Where it is until it gets its name.</summary>
    public string PartPath { get; }

    /// <summary>As people are told.</summary>
    public string PartName => _destination.Name + PartSuffix;

    public long SizeBytes { get; }

    public long PagesWritten => Interlocked.Read(ref _bytesWritten) / _pageSize;

    /// <summary>Sum of the pages written so far (see <see cref="Proof"/>).</summary>
    public ulong Sum => Interlocked.Read(ref _sum);

    /// <param name="destination">Where it goes in the end.</param>
    /// <param name="pageSize">Bytes.</param>
    /// <param name="commit">Size of the database in pages.</param>
    /// <param name="seeded">What was written there before, by this process; null: nothing, or nobody remembers.</param>
    public static RestoreOutput Create(Destination destination, int pageSize, uint commit, SeededPages? seeded = null)
    {
        try
        {
            DestinationFolder.Create(Path.GetDirectoryName(destination.Path)!);
            return new(destination, pageSize, commit, seeded);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw destination.Failed(e, (long)commit * pageSize);
        }
    }

    /// <summary>Takes what an earlier restore left, page by page: it must still be the newest of the chain, and must be what the journal says.</summary>
    /// <returns>Pages that need not be read again.</returns>
    public long GoOn(ChainReader chain, string replica)
    {
        if (_isFresh)
            return 0;
        var sources = chain.Files.ToDictionary(f => PartJournal.IdentityOf(replica, f.File));
        if (_isAsSeeded && _seeded is { } seeded)
            return GoOn(chain, sources, seeded);
        var pages = new byte[MaxRunBytes];
        foreach (var claim in _journal.Read())
        {
            if (!sources.TryGetValue(claim.Source, out var source) || claim.Count <= 0 || claim.Count > MaxRunBytes / _pageSize || claim.FirstPgno == 0)
                continue;
            var length = claim.Count * _pageSize;
            var run = pages.AsSpan(0, length);
            if (RandomAccess.Read(_handle, run, OffsetOf(claim.FirstPgno)) == length && SumOf(claim.FirstPgno, run) == claim.Sum)
                Take(chain, source, claim.Source, claim.FirstPgno, run);
        }
        return PagesWritten;
    }

    /// <summary>The same of pages that this process wrote a moment ago, without a look at them: nobody wrote to the part since.</summary>
    private long GoOn(ChainReader chain, Dictionary<ulong, ChainFile> sources, SeededPages seeded)
    {
        for (var (pgno, last) = (1u, (uint)(SizeBytes / _pageSize)); pgno <= last; pgno++)
        {
            if (seeded.Find(pgno) is not var (source, sum) || !sources.TryGetValue(source, out var file) || chain.NewestOf(pgno) != file)
                continue;
            chain.LeaveOut(pgno);
            Wrote(pgno, _pageSize, sum);
        }
        return PagesWritten;
    }

    /// <param name="source">Identity of the file the pages came from (<see cref="PartJournal.IdentityOf"/>).</param>
    /// <param name="firstPgno">Of the run.</param>
    /// <param name="pages">One after the other.</param>
    public void Write(ulong source, uint firstPgno, ReadOnlySpan<byte> pages)
    {
        Span<ulong> sums = stackalloc ulong[pages.Length / _pageSize];
        var sum = SumOf(firstPgno, pages, sums);
        try
        {
            if (!_isFresh || pages.ContainsAnyExcept((byte)0)) // a fresh file is zeros to begin with
                RandomAccess.Write(_handle, pages, OffsetOf(firstPgno));
            _journal.Add(new(source, firstPgno, pages.Length / _pageSize, sum), pages.Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw _destination.Failed(e, SizeBytes);
        }
        _seeded?.Set(source, firstPgno, sums);
        Wrote(firstPgno, pages.Length, sum);
    }

    /// <summary>So that it is little for whoever goes on with it.</summary>
    public void Flush()
    {
        try
        {
            RandomAccess.FlushToDisk(_handle);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw _destination.Failed(e, SizeBytes);
        }
    }

    /// <summary>Once it is proven: what follows is not what was captured.</summary>
    public void MakeReadReplica(Txid txid)
    {
        var page = new byte[_pageSize];
        RandomAccess.Read(_handle, page, 0);
        ReadReplicaHeader.Write(page, (uint)txid.Value);
        RandomAccess.Write(_handle, page, 0);
    }

    /// <summary>Once it is whole.</summary>
    public RestoredPages Pages()
    {
        var first = new byte[_pageSize];
        RandomAccess.Read(_handle, first, 0);
        return new((uint)(SizeBytes / _pageSize), Sum - PageSum.Of(1, first));
    }

    /// <summary>Makes it durable and gives it its name, unless something stands there by now that may not be replaced.</summary>
    public void Publish(DateTimeOffset now, ILogger logger)
    {
        try
        {
            ClearLockPage();
            RandomAccess.SetLength(_handle, SizeBytes); // the lock page may be the last one, and was not written
            _destination.CopyPermissions(_handle, isFinished: true);
            RandomAccess.FlushToDisk(_handle);
            _destination.Take(PartPath, now, logger);
            _journal.Delete();
            _ = PosixFile.FlushDirectory(Path.GetDirectoryName(_destination.Path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw _destination.Failed(e, SizeBytes);
        }
    }

    /// <summary>After a failure that leaves what was written as good as it was. Answers whether there is enough of it to be kept.</summary>
    public bool Keep()
    {
        if (_journal.Exists)
        {
            _seeded?.Leave(FileStat.Of(PartPath));
            return true;
        }
        Discard();
        return false;
    }

    /// <summary>After a failure that another try would meet again.</summary>
    public void Discard()
    {
        File.Delete(PartPath);
        _journal.Delete();
    }

    /// <summary>What was not discarded or published stays.</summary>
    public void Dispose()
    {
        _journal.Dispose();
        RegularFile.Release(_handle);
    }

    private void Take(ChainReader chain, ChainFile source, ulong identity, uint firstPgno, ReadOnlySpan<byte> pages)
    {
        for (var pgno = firstPgno; pages.Length > 0; pgno++, pages = pages[_pageSize..])
        {
            if (chain.NewestOf(pgno) != source)
                continue;
            chain.LeaveOut(pgno);
            var sum = PageSum.Of(pgno, pages[.._pageSize]);
            _seeded?.Set(identity, pgno, [sum]);
            Wrote(pgno, _pageSize, sum);
        }
    }

    private void Wrote(uint firstPgno, int length, ulong sum)
    {
        Interlocked.Add(ref _sum, sum);
        Interlocked.Add(ref _bytesWritten, length);
        _writeBack.Wrote(firstPgno, length / _pageSize);
    }

    /// <summary>Nobody hands it out, and a part that was another plan's may have something there.</summary>
    private void ClearLockPage()
    {
        var offset = OffsetOf(LockPage.Of(_pageSize));
        if (!_isFresh && offset < SizeBytes)
            RandomAccess.Write(_handle, new byte[_pageSize], offset);
    }

    private long OffsetOf(uint pgno) => (pgno - 1L) * _pageSize;

    private ulong SumOf(uint firstPgno, ReadOnlySpan<byte> pages, Span<ulong> sums = default)
    {
        var sum = 0UL;
        for (var i = 0; pages.Length > 0; i++, pages = pages[_pageSize..])
        {
            var page = PageSum.Of(firstPgno + (uint)i, pages[.._pageSize]);
            sum += page;
            if (!sums.IsEmpty)
                sums[i] = page;
        }
        return sum;
    }
}
