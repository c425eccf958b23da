using System.Text.RegularExpressions;

namespace Litestream.Restore.Generations;

/// <summary>Which files of a v0.3 replica make the wanted state: a snapshot, and the pieces of the WALs behind it in order.</summary>
internal sealed partial record GenerationPlan(GenerationFile Snapshot, IReadOnlyList<IReadOnlyList<GenerationFile>> Wals)
{
    public DateTimeOffset CreatedAt => Wals.Count > 0 ? Wals[^1][^1].CreatedAt : Snapshot.CreatedAt;

    public int FileCount => 1 + Wals.Sum(w => w.Count);

    /// <summary>Everything below <c>generations/</c> in a folder; empty when there is no such folder.</summary>
    public static List<GenerationFile> List(string folder)
    {
        var root = Path.Join(folder, "generations");
        if (!Directory.Exists(root))
            return [];
        return
        [
            .. from generation in Directory.EnumerateDirectories(root)
               where GenerationName().IsMatch(Path.GetFileName(generation))
               from kind in (string[])["snapshots", "wal"]
               let directory = Path.Join(generation, kind)
               where Directory.Exists(directory)
               from path in Directory.EnumerateFiles(directory)
               let file = GenerationFile.Parse(Path.GetFileName(generation), path)
               where file is not null && file.Offset is null == (kind == "snapshots")
               select file,
        ];
    }

    /// <summary>The newest snapshot up to a time, and what was captured behind it up to then. Throws <see cref="LitestreamException"/> when there is none, or a piece is missing.</summary>
    public static GenerationPlan Choose(IReadOnlyList<GenerationFile> listed, DateTimeOffset? upTo, string replica)
    {
        var allowed = listed.Where(f => upTo is not { } time || f.CreatedAt <= time).ToList();
        var snapshot = allowed.Where(f => f.Offset is null).OrderByDescending(f => f.CreatedAt).ThenByDescending(f => f.Index).FirstOrDefault()
            ?? throw new LitestreamException($"restore {replica} to {upTo:yyyy-MM-dd'T'HH:mm:ss'Z'}: no snapshot of Litestream v0.3 there is that old");
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

    [GeneratedRegex("^[0-9a-f]{16}$")]
    private static partial Regex GenerationName();
}
