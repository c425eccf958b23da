using System.Buffers;
using Litestream.Ltx;

namespace Litestream.Storage;

/// <summary>
/// Reads the state that a chain of files makes: page indexes first, then of each page only its newest frame, in ranges, several at a time.
/// Nothing is written. Memory: 16 bytes for each index entry, 4 for each page, small files whole up to a bound, and for each read in
/// flight one range and one run of pages.
/// </summary>
internal sealed class ChainReader
{
    /// <summary>Small files that need not be asked for twice.</summary>
    private const int MaxKeptBytes = 4 * 1024 * 1024;

    /// <summary>Longest run handed out: what writes well in one call. A multiple of every page size.</summary>
    private const int MaxRunBytes = 1024 * 1024;

    private readonly IReplicaStorage _storage;
    private readonly ChainFile[] _files;
    private readonly int _parallelism;
    private readonly FrameMap _map;
    private long _bytesRead;

    private ChainReader(IReplicaStorage storage, ChainFile[] files, int parallelism, long bytesRead, uint pagesBefore)
    {
        _storage = storage;
        _files = files;
        _parallelism = parallelism;
        _map = new(files, pagesBefore);
        _bytesRead = bytesRead;
    }

    /// <summary>Header of the last file: page size, size of the database, time and proof of the state.</summary>
    public LtxHeader Newest => _files[^1].Header;

    /// <summary>The files that make the state, oldest first.</summary>
    public IReadOnlyList<ChainFile> Files => _files;

    /// <summary>Pages that <see cref="ReadPagesAsync"/> hands out: all but the lock page.</summary>
    public long PageCount => Newest.Commit - (Newest.Commit >= LockPage.Of(Newest.PageSize) ? 1 : 0);

    /// <summary>Bytes read from the replica so far, those of <see cref="VerifyAsync"/> not counted.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>Reads headers and page indexes, and finds where the newest frame of each page lies. Throws <see cref="LitestreamException"/> when a file is damaged or a page is nowhere.</summary>
    /// <param name="storage">The replica.</param>
    /// <param name="files">A chain as <see cref="ChainPlanner"/> chooses it.</param>
    /// <param name="parallelism">Reads in flight, at least 1.</param>
    /// <param name="cancellationToken">Ends it between two reads.</param>
    public static Task<ChainReader> OpenAsync(
        IReplicaStorage storage, IReadOnlyList<LtxFile> files, int parallelism, CancellationToken cancellationToken) =>
        OpenAsync(storage, files, pagesBefore: 0, parallelism, cancellationToken);

    /// <summary>As above for files that are applied to a database of <paramref name="pagesBefore"/> pages, and hold only what changed; not across a change of the page size.</summary>
    public static async Task<ChainReader> OpenAsync(
        IReplicaStorage storage, IReadOnlyList<LtxFile> files, uint pagesBefore, int parallelism, CancellationToken cancellationToken)
    {
        var opened = new ChainFile[files.Count];
        var (keptBytes, bytesRead) = (0L, 0L);
        await Parallel.ForAsync(0, files.Count, Options(parallelism, cancellationToken), async (i, token) =>
        {
            var keep = ChainFile.ComesWhole(files[i]) && Interlocked.Add(ref keptBytes, files[i].SizeBytes) <= MaxKeptBytes;
            opened[i] = await OpenFileAsync(storage, files[i], keep, token).ConfigureAwait(false);
            Interlocked.Add(ref bytesRead, opened[i].BytesRead);
        }).ConfigureAwait(false);
        // Pages of another size cannot be overlaid: the file that changed it is an image, and nothing before it counts.
        var first = Array.FindLastIndex(opened, f => f.Header.PageSize != opened[^1].Header.PageSize) + 1;
        return new(storage, opened[first..], parallelism, bytesRead, first == 0 ? pagesBefore : 0);
    }

    /// <summary>The file of <see cref="Files"/> that has the newest frame of a page; null when the page was left out, or is none of the database.</summary>
    public ChainFile? NewestOf(uint pgno) => _map.NewestOf(pgno) is >= 0 and var file ? _files[file] : null;

    /// <summary>Before <see cref="ReadPagesAsync"/>: the caller has this page already.</summary>
    public void LeaveOut(uint pgno) => _map.LeaveOut(pgno);

    /// <summary>
    /// Hands out every page but the lock page (and those left out) exactly once, in runs of neighbours that come from one file. The newest files
    /// come first and the image, in page order, last; but as many threads take as reads are in flight. With a parallelism of 1 one after the other.
    /// An exception of <paramref name="take"/> ends it.
    /// </summary>
    public Task ReadPagesAsync(PageRun take, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        _map.Ranges(), Options(_parallelism, cancellationToken), async (range, token) =>
        {
            var buffer = ArrayPool<byte>.Shared.Rent(FrameRange.MaxBytes); // always of this length, so that few buffers serve all
            try
            {
                var frames = await FetchAsync(range, buffer.AsMemory(0, range.LengthBytes), token).ConfigureAwait(false);
                Decode(range, frames.Span, take);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        });

    /// <summary>Decodes every file from beginning to end and compares its checksum. Throws for the first damaged one, naming file, offset and page.</summary>
    public Task VerifyAsync(CancellationToken cancellationToken) => Parallel.ForEachAsync(
        _files, Options(_parallelism, cancellationToken), async (file, token) =>
        {
            await using var stream = await _storage.OpenAsync(file.File, token).ConfigureAwait(false);
            try
            {
                Verify(file, stream, token);
            }
            catch (LtxFormatException e)
            {
                throw file.Damaged(e);
            }
            catch (IOException e)
            {
                throw new StorageException($"read {file.Name}: {e.Message}", StorageFault.Transient, e);
            }
        });

    private static async Task<ChainFile> OpenFileAsync(IReplicaStorage storage, LtxFile file, bool keep, CancellationToken cancellationToken)
    {
        try
        {
            return await ChainFile.OpenAsync(storage, file, keep, cancellationToken).ConfigureAwait(false);
        }
        catch (LtxFormatException e)
        {
            throw new DamagedFileException(file, e, pgno: null);
        }
    }

    private static void Verify(ChainFile file, Stream stream, CancellationToken cancellationToken)
    {
        using var decoder = new LtxDecoder(stream, file.Name);
        var page = new byte[decoder.Header.PageSize];
        while (decoder.ReadPage(page, out _))
            cancellationToken.ThrowIfCancellationRequested();
    }

    private async ValueTask<ReadOnlyMemory<byte>> FetchAsync(FrameRange range, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var file = _files[range.File];
        if (file.Content is { } content)
            return content.AsMemory((int)range.Offset, range.LengthBytes);
        await _storage.ReadAsync(file.File, range.Offset, buffer, cancellationToken).ConfigureAwait(false);
        Interlocked.Add(ref _bytesRead, buffer.Length);
        return buffer;
    }

    private void Decode(FrameRange range, ReadOnlySpan<byte> frames, PageRun take)
    {
        var (file, pageSize) = (_files[range.File], Newest.PageSize);
        var run = ArrayPool<byte>.Shared.Rent(MaxRunBytes);
        try
        {
            var (firstPgno, length) = (0u, 0);
            for (var i = range.First; i <= range.Last; i++)
            {
                var entry = file.Index[i];
                if (!_map.IsNewest(range.File, entry.Pgno))
                    continue;
                if (length == MaxRunBytes || (length > 0 && entry.Pgno != firstPgno + (length / pageSize)))
                {
                    take(firstPgno, run.AsSpan(0, length));
                    length = 0;
                }
                if (length == 0)
                    firstPgno = entry.Pgno;
                PageFrame.Decode(frames.Slice((int)(entry.Offset - range.Offset), entry.SizeBytes), entry, run.AsSpan(length, pageSize), file.Name);
                length += pageSize;
            }
            take(firstPgno, run.AsSpan(0, length)); // a range holds one page at least
        }
        catch (LtxFormatException e)
        {
            throw file.Damaged(e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(run);
        }
    }

    private static ParallelOptions Options(int parallelism, CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken };
}
