using Litestream.Storage;

namespace Litestream.Restore.Generations;

/// <summary>Which files of a v0.3 replica make the wanted state: a snapshot, and the pieces of the WALs behind it in order.</summary>
internal sealed record GenerationPlan(GenerationFile Snapshot, IReadOnlyList<IReadOnlyList<GenerationFile>> Wals)
{
    public DateTimeOffset CreatedAt => Wals.Count > 0 ? Wals[^1][^1].CreatedAt : Snapshot.CreatedAt;

    public int FileCount => 1 + Wals.Sum(w => w.Count);

    /// <summary>Everything that v0.3 left below a replica.</summary>
    public static async Task<List<GenerationFile>> ListAsync(IPlainFiles files, CancellationToken cancellationToken)
    {
        var listed = new List<GenerationFile>();
        await foreach (var file in files.ListAsync(GenerationFile.Folder, cancellationToken).ConfigureAwait(false))
        {
            if (GenerationFile.Parse(file) is { } ours)
                listed.Add(ours);
        }
        return listed;
    }

    /// <summary>The newest snapshot up to a time, and what was captured behind it up to then. Throws <see cref="LitestreamException"/> when there is none, or a piece is missing.</summary>
    public static GenerationPlan Choose(IReadOnlyList<GenerationFile> listed, DateTimeOffset? upTo, string replica)
    {
        var allowed = listed.Where(f => upTo is not { } time || f.CreatedAt <= time).ToList();
        var snapshot = allowed.Where(f => f.Offset is null).OrderByDescending(f => f.CreatedAt).ThenByDescending(f => f.Index).FirstOrDefault()
            ?? throw new LitestreamException($"restore {replica} to {upTo:yyyy-MM-dd'T'HH:mm:ss'Z'}: no snapshot of Litestream v0.3 there is that old", hint: $"its oldest is of {listed.Where(f => f.Offset is null).Min(f => f.CreatedAt):yyyy-MM-dd'T'HH:mm:ss'Z'}");
        var wals = allowed.Where(f => f.Offset is not null && f.Generation == snapshot.Generation && f.Index >= snapshot.Index)
            .GroupBy(f => f.Index).OrderBy(g => g.Key).Select(IReadOnlyList<GenerationFile> (g) => [.. g.OrderBy(f => f.Offset)]).ToList();
        for (var i = 0; i < wals.Count; i++)
        {
            if (wals[i][0].Index != snapshot.Index + (uint)i)
                throw new LitestreamException($"{replica} is not contiguous: the WAL {snapshot.Index + (uint)i:x8} of generation {snapshot.Generation} is missing before {wals[i][0].Path}",
                    hint: "restore an earlier point with -timestamp");
        }
        return new(snapshot, wals);
    }
}
