using System.Security.Cryptography;
using System.Text;

namespace Litestream.Restore;

/// <summary>Where restores of one store lie that nobody keeps. What an earlier run left there goes when the store opens.</summary>
internal sealed class ScratchSpace
{
    private readonly string _path;

    /// <param name="beside">A folder that others use too, in which this store takes one of its own; null: <paramref name="inState"/>.</param>
    /// <param name="inState">In the store's state directory.</param>
    public ScratchSpace(string? beside, string inState)
    {
        _path = beside is null ? inState : Path.Combine(beside, ".litestream-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(inState)))[..16]);
        if (Directory.Exists(_path))
            Directory.Delete(_path, recursive: true);
    }

    /// <summary>A folder for one use of one database, not made yet, in one that only this user looks into.</summary>
    public string For(string use, string name)
    {
        PrivateFolder.Create(_path);
        return Path.Combine(_path, use, name);
    }
}
