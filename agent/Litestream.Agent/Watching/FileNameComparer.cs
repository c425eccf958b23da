namespace Litestream.Agent.Watching;

/// <summary>Finds a tracked file by the bare name that an event or a listing shows, without making a string of it.</summary>
internal sealed class FileNameComparer : IEqualityComparer<TrackedFile>, IAlternateEqualityComparer<ReadOnlySpan<char>, TrackedFile>
{
    public static readonly FileNameComparer Instance = new();

    public bool Equals(TrackedFile? x, TrackedFile? y) => ReferenceEquals(x, y) || (x is not null && y is not null && x.FileName.SequenceEqual(y.FileName));

    public int GetHashCode(TrackedFile obj) => string.GetHashCode(obj.FileName);

    public bool Equals(ReadOnlySpan<char> alternate, TrackedFile other) => alternate.SequenceEqual(other.FileName);

    public int GetHashCode(ReadOnlySpan<char> alternate) => string.GetHashCode(alternate);

    public TrackedFile Create(ReadOnlySpan<char> alternate) => throw new NotSupportedException("a tracked file is made by registering it");
}
