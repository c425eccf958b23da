using System.Globalization;

namespace Litestream.Writer.History;

/// <summary>
/// One transaction of a history, as the table <c>commits</c> keeps it: the database after it holds <see cref="Live"/> rows whose hashes add up
/// to <see cref="Sum"/>.
/// </summary>
/// <param name="Seq">1, 2, 3… over all writers of the database: the order in which SQLite committed.</param>
/// <param name="Writer">Who committed it; 0 is the creation.</param>
/// <param name="Number">1, 2, 3… of this writer.</param>
/// <param name="Nonce">Random: tells a transaction from another that was tried in its place.</param>
internal readonly record struct Commit(long Seq, long Writer, long Number, long Nonce, long Live, long Sum)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Seq} {Writer} {Number} {Nonce} {Live} {Sum}");

    public static Commit Parse(string line)
    {
        var fields = Array.ConvertAll(line.Split(' '), field => long.Parse(field, CultureInfo.InvariantCulture));
        return new(fields[0], fields[1], fields[2], fields[3], fields[4], fields[5]);
    }

    /// <summary>FNV-1a of the body, multiplied with the row's number: rows that change places do not cancel out.</summary>
    public static long Hash(long id, ReadOnlySpan<byte> body)
    {
        unchecked
        {
            var hash = 14695981039346656037UL;
            foreach (var b in body)
                hash = (hash ^ b) * 1099511628211UL;
            return (long)((hash ^ (hash >> 29)) * (ulong)((2 * id) + 1));
        }
    }
}
