using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Litestream.Ltx;

/// <summary>A transaction id of a replica: one captured batch of commits. Text form: 16 lower-case hexadecimal digits.</summary>
public readonly record struct Txid(ulong Value) : IComparable<Txid>
{
    /// <summary>No transaction: what stands before the first one.</summary>
    public static readonly Txid None;

    public Txid Next => new(Value + 1);

    public Txid Previous => Value == 0 ? None : new(Value - 1);

    public bool IsNone => Value == 0;

    public int CompareTo(Txid other) => Value.CompareTo(other.Value);

    public static bool operator <(Txid left, Txid right) => left.Value < right.Value;

    public static bool operator >(Txid left, Txid right) => left.Value > right.Value;

    public static bool operator <=(Txid left, Txid right) => left.Value <= right.Value;

    public static bool operator >=(Txid left, Txid right) => left.Value >= right.Value;

    public static Txid Max(Txid left, Txid right) => left > right ? left : right;

    /// <summary>Accepts exactly 16 hexadecimal digits, any case.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Txid txid)
    {
        txid = None;
        if (text is not { Length: 16 } || !ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            return false;
        txid = new(value);
        return true;
    }

    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);
}
