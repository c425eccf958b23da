namespace Litestream.Http;

/// <summary>What somebody probably meant by a name that does not exist.</summary>
public static class NearestName
{
    /// <summary>Null when nothing is near: better no suggestion than a wild one.</summary>
    public static string? Find(string wanted, IEnumerable<string> known)
    {
        var bare = wanted.TrimStart('-');
        int DistanceTo(string name) => Distance(bare, name.TrimStart('-'));
        return known.MinBy(DistanceTo) is { } near && DistanceTo(near) <= Math.Max(1, bare.Length / 3) ? near : null;
    }

    /// <summary>Edits (insert, delete, replace, exchange of neighbours) from one text to the other.</summary>
    public static int Distance(string from, string to)
    {
        var rows = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
            rows[i, 0] = i;
        for (var j = 0; j <= to.Length; j++)
            rows[0, j] = j;
        for (var i = 1; i <= from.Length; i++)
        {
            for (var j = 1; j <= to.Length; j++)
            {
                var replace = rows[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(replace, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }
        return rows[from.Length, to.Length];
    }
}
