using Litestream.Storage;

namespace Litestream.Restore.Generations;

/// <summary>Which frame of a row of WALs is the last committed one of each page. Memory follows the pages that the WALs hold.</summary>
internal sealed class NewestFrames
{
    private readonly Dictionary<uint, (int Wal, uint Number)> _newest = [];

    /// <summary>Null when there is no WAL.</summary>
    public int? PageSize { get; private set; }

    /// <summary>Size of the database after the last commit, in pages; null when nothing was committed.</summary>
    public uint? Commit { get; private set; }

    /// <exception cref="Litestream.Ltx.LtxFormatException">A WAL is damaged.</exception>
    public static async Task<NewestFrames> ReadAsync(IPlainFiles files, IReadOnlyList<IReadOnlyList<GenerationFile>> wals, CancellationToken cancellationToken)
    {
        var result = new NewestFrames();
        for (var wal = 0; wal < wals.Count; wal++)
        {
            using var reader = await WalFrames.OpenAsync(files, wals[wal], cancellationToken).ConfigureAwait(false);
            result.PageSize = reader.PageSize;
            await result.ReadAsync(reader, wal, cancellationToken).ConfigureAwait(false);
        }
        return result;
    }

    public bool Holds(uint pgno) => _newest.ContainsKey(pgno);

    public bool IsNewest(uint pgno, int wal, uint number) => _newest.TryGetValue(pgno, out var newest) && newest == (wal, number);

    private async Task ReadAsync(WalFrames reader, int wal, CancellationToken cancellationToken)
    {
        var open = new List<(uint Pgno, uint Number)>();
        for (var number = 1u; await reader.ReadAsync(cancellationToken).ConfigureAwait(false) is { } frame; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            open.Add((frame.Pgno, number));
            if (frame.Commit == 0)
                continue;
            foreach (var (pgno, at) in open)
                _newest[pgno] = (wal, at);
            open.Clear();
            Commit = frame.Commit;
        }
    }
}
