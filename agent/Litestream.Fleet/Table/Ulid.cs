using System.Diagnostics.CodeAnalysis;

namespace Litestream.Fleet.Table;

/// <summary>
/// An id that sorts by time: 48 bits of milliseconds since 1970, then 80 random bits, as 26 characters of Crockford's base 32 (upper case, without I, L, O, U).
/// New ones come from <see cref="UlidSource"/>.
/// </summary>
public readonly record struct Ulid(UInt128 Value) : IComparable<Ulid>
{
    public const int Length = 26;

    private const string Digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int TimeShift = 80;

    /// <summary>When it was made, to the millisecond.</summary>
    public DateTimeOffset Time => DateTimeOffset.FromUnixTimeMilliseconds((long)(Value >> TimeShift));

    public static bool operator <(Ulid left, Ulid right) => left.Value < right.Value;

    public static bool operator >(Ulid left, Ulid right) => left.Value > right.Value;

    public static bool operator <=(Ulid left, Ulid right) => left.Value <= right.Value;

    public static bool operator >=(Ulid left, Ulid right) => left.Value >= right.Value;

    /// <summary>The one so many behind it: a job's commands are those right behind the job, so that nobody has to keep a list of them.</summary>
    public Ulid Plus(int count) => new(Value + (UInt128)(uint)count);

    /// <summary>The smallest of a time.</summary>
    public static Ulid First(DateTimeOffset time) => new((UInt128)(ulong)Math.Max(0, time.ToUnixTimeMilliseconds()) << TimeShift);

    /// <summary>Exactly the form of <see cref="ToString"/>: two texts of one id would be two items.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Ulid ulid)
    {
        ulid = default;
        if (text is not { Length: Length } || text[0] > '7')
            return false;
        UInt128 value = 0;
        foreach (var character in text)
        {
            var digit = Digits.IndexOf(character, StringComparison.Ordinal);
            if (digit < 0)
                return false;
            value = (value << 5) | (uint)digit;
        }
        ulid = new(value);
        return ulid.Value >> TimeShift <= (UInt128)(ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
    }

    public int CompareTo(Ulid other) => Value.CompareTo(other.Value);

    public override string ToString() => string.Create(Length, Value, static (text, value) =>
    {
        for (var i = Length - 1; i >= 0; i--, value >>= 5)
            text[i] = Digits[(int)(value & 31)];
    });
}
