namespace Litestream.EndToEnd.Histories;

/// <summary>A moment in the life of a tenant: so many commits of so many incarnations.</summary>
internal readonly record struct Position(int Incarnation, long Commits) : IComparable<Position>
{
    public int CompareTo(Position other) => (Incarnation, Commits).CompareTo((other.Incarnation, other.Commits));

    public static bool operator <(Position left, Position right) => left.CompareTo(right) < 0;

    public static bool operator >(Position left, Position right) => left.CompareTo(right) > 0;

    public static Position Later(Position left, Position right) => left > right ? left : right;

    public override string ToString() => $"commit {Commits} of incarnation {Incarnation}";
}
