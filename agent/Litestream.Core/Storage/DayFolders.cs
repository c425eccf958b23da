using System.Globalization;

namespace Litestream.Storage;

/// <summary>
/// A replica's folders below its root, one for each day: <c>$(date +%Y-%m-%d)/app</c>. Each holds a replica that restores by itself. Which text a day has is
/// <see cref="DatedText"/>'s affair; a coarser date (<c>%Y-%m</c>) makes a folder for each month.
/// </summary>
public sealed class DayFolders
{
    private readonly List<DatedText> _segments;

    private DayFolders(List<DatedText> segments) => _segments = segments;

    /// <summary>
    /// Takes a dated path or URL apart: the root in front of the first folder with a date (with the query of a URL), and the folders below it. Throws
    /// <see cref="LitestreamException"/> for a date that stands elsewhere, or comes again after a year.
    /// </summary>
    public static (string Root, DayFolders Days) Split(DatedText location)
    {
        var pieces = location.Pieces.ToList();
        var (first, isUrl) = (pieces[0], pieces[0].Contains("://", StringComparison.Ordinal));
        var (slash, query) = (first.LastIndexOf('/'), "");
        if (first.Contains('?', StringComparison.Ordinal) || slash < 0 || (isUrl && !IsFolder(first, slash)))
            throw Misplaced(location);
        if (isUrl && pieces[^1].IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark)
            (pieces[^1], query) = (pieces[^1][..mark], pieces[^1][mark..]);
        pieces[0] = first[(slash + 1)..];
        if (isUrl && pieces.Where((_, i) => i % 2 == 0).Any(p => p.Contains('?', StringComparison.Ordinal)))
            throw Misplaced(location);
        var segments = Segments(pieces, isUrl);
        if (segments.Exists(s => s.ToString() == ".."))
            throw new LitestreamException($"\"{location}\" leads out of its days with ..", hint: "write the path without ..");
        CheckIsUnique(location);
        var root = first[..slash];
        return (root.Length == 0 || root.EndsWith("://", StringComparison.Ordinal) ? root + "/" + query : root + query, new(segments));
    }

    /// <summary>The folder of a day, relative to the root.</summary>
    public string On(DateOnly day) => string.Join('/', _segments.Select(s => s.On(day)));

    /// <summary>The days that have a folder, oldest first. A folder counts if its name is exactly that of a day.</summary>
    public async Task<IReadOnlyList<DateOnly>> ListAsync(ReplicaRoot root, CancellationToken cancellationToken)
    {
        var last = _segments.FindLastIndex(s => s.IsDated);
        List<string> paths = [""];
        for (var i = 0; i <= last; i++)
            paths = await BelowAsync(root, paths, _segments[i], cancellationToken).ConfigureAwait(false);
        var whole = DatedText.Of(Joined(_segments[..(last + 1)]));
        return [.. paths.Select(whole.DayOf).OfType<DateOnly>().Order()];
    }

    /// <summary>As it was written.</summary>
    public override string ToString() => string.Join('/', _segments);

    private static async Task<List<string>> BelowAsync(ReplicaRoot root, List<string> paths, DatedText segment, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        foreach (var path in paths)
        {
            var prefix = path.Length == 0 ? "" : path + "/";
            if (!segment.IsDated)
                found.Add(prefix + segment);
            else
            {
                await foreach (var name in root.ListFoldersAsync(path, cancellationToken).ConfigureAwait(false))
                {
                    if (DateReading.TryRead(segment.Pieces, name) is not null)
                        found.Add(prefix + name);
                }
            }
        }
        return found;
    }

    private static List<DatedText> Segments(List<string> pieces, bool isUrl)
    {
        List<List<string>> segments = [[""]];
        for (var i = 0; i < pieces.Count; i++)
        {
            var parts = pieces[i].Split('/');
            for (var part = 0; part < parts.Length; part++)
            {
                if (part > 0)
                    segments.Add([""]);
                if (i % 2 == 0)
                    segments[^1][^1] += isUrl ? Uri.UnescapeDataString(parts[part]) : parts[part];
                else if (parts[part].Length > 0)
                    segments[^1].AddRange([parts[part], ""]);
            }
        }
        return [.. segments.Where(s => s is not ([""] or ["."])).Select(DatedText.Of)];
    }

    /// <summary>One text of all: a slash between two is part of a literal.</summary>
    private static List<string> Joined(IReadOnlyList<DatedText> segments)
    {
        var pieces = segments[0].Pieces.ToList();
        foreach (var segment in segments.Skip(1))
        {
            pieces[^1] += "/" + segment.Pieces[0];
            pieces.AddRange(segment.Pieces.Skip(1));
        }
        return pieces;
    }

    /// <summary>The bucket of a URL ends before this slash, its query has not begun.</summary>
    private static bool IsFolder(string url, int slash)
    {
        var bucket = url.IndexOf("://", StringComparison.Ordinal) + 3;
        return url.StartsWith(FolderRoot.Scheme, StringComparison.OrdinalIgnoreCase) ? slash >= bucket : slash > bucket;
    }

    /// <summary>A folder must not come again: what lies there from the last time would be taken for its beginning.</summary>
    private static void CheckIsUnique(DatedText location)
    {
        var named = string.Concat(location.Pieces.Where((_, i) => i % 2 == 1)).Replace("%F", "%Y%m%d", StringComparison.Ordinal);
        var missing = !named.Contains("%Y", StringComparison.Ordinal) ? "year" : named.Contains("%d", StringComparison.Ordinal) && !named.Contains("%m", StringComparison.Ordinal) ? "month" : null;
        if (missing is not null)
            throw new LitestreamException(string.Create(CultureInfo.InvariantCulture, $"the date in \"{location}\" does not name the {missing}: the same folder would come again"), hint: "write $(date +%Y-%m-%d)");
    }

    private static LitestreamException Misplaced(DatedText location) =>
        new($"the date in \"{location}\" stands where no folder is named", hint: "a date belongs into the path, behind the bucket and before a ?");
}
