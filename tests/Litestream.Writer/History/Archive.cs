using System.Globalization;

namespace Litestream.Writer.History;

/// <summary>
/// The commits of incarnations that are over, one file each. Written before the database is touched, so that its presence also says that a
/// replacement was begun: a writer that was killed in it finishes it.
/// </summary>
internal sealed class Archive(string folder)
{
    public bool Has(string tenant, int incarnation) => File.Exists(PathOf(tenant, incarnation));

    public IReadOnlyList<Commit> Read(string tenant, int incarnation) => [.. File.ReadLines(PathOf(tenant, incarnation)).Select(Commit.Parse)];

    public void Write(string tenant, int incarnation, IReadOnlyList<Commit> commits)
    {
        var path = PathOf(tenant, incarnation);
        File.WriteAllLines(path + ".tmp", commits.Select(commit => commit.ToString()));
        File.Move(path + ".tmp", path, overwrite: true);
    }

    /// <summary>
    /// The right to replace a tenant's file, or to open it from outside: a stranger that opens it between two files leaves a <c>-wal</c> and <c>-shm</c> of the
    /// old one beside the new. Goes with its process.
    /// </summary>
    public IDisposable Hold(string tenant)
    {
        while (true)
        {
            if (TryHold(tenant) is { } hold)
                return hold;
            Thread.Sleep(2);
        }
    }

    /// <summary>Null when somebody else has it.</summary>
    public IDisposable? TryHold(string tenant)
    {
        try
        {
            return new FileStream(Path.Combine(folder, tenant + ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>0 when no incarnation is over.</summary>
    public int Newest(string tenant) => Directory.EnumerateFiles(folder, tenant + ".*")
        .Select(path => int.TryParse(Path.GetExtension(path.AsSpan()).TrimStart('.'), CultureInfo.InvariantCulture, out var incarnation) ? incarnation : 0)
        .DefaultIfEmpty().Max();

    private string PathOf(string tenant, int incarnation) => Path.Combine(folder, $"{tenant}.{incarnation}");
}
