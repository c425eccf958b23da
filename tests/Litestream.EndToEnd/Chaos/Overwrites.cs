using Litestream.EndToEnd.Histories;

namespace Litestream.EndToEnd.Chaos;

/// <summary>Looks again and again whether an object of a replica has another content than it had.</summary>
internal sealed class Overwrites(ChaosSite site)
{
    private readonly Dictionary<string, string> _known = [];
    private readonly HashSet<string> _forgiven = [];

    /// <summary>We do it ourselves.</summary>
    public void Forgive(string key)
    {
        lock (_forgiven)
            _forgiven.Add(key);
    }

    public async Task LookAsync()
    {
        var tags = await site.Store.FilesAsync();
        lock (_forgiven)
        {
            foreach (var (key, tag) in tags.Where(t => !_forgiven.Contains(t.Key)))
            {
                if (!_known.TryAdd(key, tag) && _known[key] != tag)
                    site.Find(Finding.Overwritten, $"{key} was {_known[key]} and is {tag}");
            }
            site.Totals.Objects = _known.Count;
        }
    }
}
