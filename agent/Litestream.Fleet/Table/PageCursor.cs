using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Litestream.Fleet.Table;

/// <summary>Where a list goes on: a text of letters, digits, dashes and underscores, into which nobody but its maker reads anything.</summary>
/// <param name="List">Which list, filters included: the cursor of another one is refused.</param>
/// <param name="Shard">Of a list in several partitions, the one that is read; else 0.</param>
/// <param name="After">Keys of the last item that was given, those of the index included; null: from the beginning of the shard. They say where to begin and
/// not what may be read: the partition is the reader's to choose.</param>
public sealed record PageCursor(string List, int Shard, Item? After)
{
    private const int Longest = 2048;
    private const string Version = "1";
    private const char Separator = '\n';

    public override string ToString()
    {
        var keys = FleetTable.KeyAttributes.SelectMany<string, string>(name => After?.Text(name) is { } text ? [name, text] : []);
        var all = string.Join(Separator, (string[])[Version, List, Shard.ToString(CultureInfo.InvariantCulture), .. keys]);
        return Convert.ToBase64String(Encoding.UTF8.GetBytes(all)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }

    /// <summary>False for what none of us made, or for another list.</summary>
    /// <param name="text">As it came from whoever asks.</param>
    /// <param name="list">That it must be of.</param>
    /// <param name="shards">How many that list has.</param>
    /// <param name="cursor">The result.</param>
    public static bool TryParse(string text, string list, int shards, [NotNullWhen(true)] out PageCursor? cursor)
    {
        cursor = null;
        if (Decode(text)?.Split(Separator) is not [Version, var named, var digits, .. var keys] || named != list || keys.Length % 2 != 0
            || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var shard) || shard >= shards)
            return false;
        var after = new Item();
        foreach (var pair in keys.Chunk(2))
        {
            if (!FleetTable.KeyAttributes.Contains(pair[0]) || after.Text(pair[0]) is not null || pair[1].Length == 0)
                return false;
            after.Add(pair[0], ItemValue.Of(pair[1]));
        }
        cursor = new(list, shard, after.Count == 0 ? null : after);
        return true;
    }

    private static string? Decode(string text)
    {
        if (text.Length is 0 or > Longest || text.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')))
            return null;
        var bytes = new byte[text.Length];
        var padded = text.Replace('-', '+').Replace('_', '/') + new string('=', (4 - (text.Length % 4)) % 4);
        return Convert.TryFromBase64String(padded, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }
}
