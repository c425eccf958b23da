using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Hostile;

/// <summary>Things that have a tenant's name and are no file of their own: each is named with its reason, nothing is read through it, and its neighbours do not notice.</summary>
public sealed class TenantNamesTests : IDisposable
{
    private static readonly Dictionary<string, string> Reasons = new()
    {
        ["link out"] = "leads out of the watched directory",
        ["link out by ../"] = "leads out of the watched directory",
        ["link to another tenant"] = "replicated under its own name",
        ["link to itself"] = "symbolic link",
        ["link to nothing"] = "link to nothing",
        ["link to a device"] = "leads out of the watched directory",
        ["link to a directory"] = "symbolic link",
        ["hard link of another tenant"] = "hard link",
        ["pipe"] = "not a regular file",
        ["socket"] = "not a regular file",
        ["character device"] = "not a regular file",
        ["block device"] = "not a regular file",
        ["directory"] = "it is a directory",
        ["directory with a pipe for its note"] = "it is a directory",
        ["directory with an endless note"] = "it is a directory",
        ["directory with a link for its note"] = "it is a directory",
    };

    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_no_file_of_its_own_is_skipped_with_its_reason_and_nothing_is_read_through_it(bool whileItRuns)
    {
        var outside = await Outside.CreateAsync(_sandbox);
        var good = await _sandbox.CreateTenantAsync();
        var made = new Dictionary<string, string>();
        if (!whileItRuns)
            made = MakeAll(good, outside);
        using var agent = await RunningAgent.StartAsync(_sandbox, "-sweep-interval", "1s");
        await agent.WaitForActiveAsync(good.Id);
        if (whileItRuns)
            made = MakeAll(good, outside);

        var skipped = new Dictionary<string, string>();
        await Eventually.TrueAsync(async () =>
        {
            skipped = (await agent.StatusAsync()).Skipped.ToDictionary(file => file.Path, file => file.Reason);
            return made.Values.All(skipped.ContainsKey);
        }, () => $"all are skipped, not yet {string.Join(", ", made.Where(m => !skipped.ContainsKey(m.Value)).Select(m => m.Key))}\n{agent.Said}");
        Assert.All(made, m => Assert.Contains(Reasons[m.Key], skipped[m.Value], StringComparison.Ordinal));

        using (var application = await good.OpenAsync())
            await application.InsertAsync(10);
        await agent.SyncAsync(good.Id);
        await good.ReplicaEqualsAsync(agent);
        Assert.Equal([good.Id], (await agent.StatusAsync()).Clients.Select(c => c.ClientId));
        Assert.Equal([good.ReplicaFolder], Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(good.ReplicaFolder)!));
        await agent.StopInOrderAsync();
        outside.IsUntouched();
    }

    [Fact]
    public async Task A_file_of_nothing_but_holes_is_no_database_however_large_and_one_that_begins_like_one_is_not_copied()
    {
        var good = await _sandbox.CreateTenantAsync();
        var (zeros, claims) = (_sandbox.NewTenant(), _sandbox.NewTenant());
        Sparse(zeros.Path, 1L << 50);
        File.Copy(good.Path, claims.Path);
        Sparse(claims.Path, 4L << 40);
        using (var file = File.OpenWrite(claims.Path))
        {
            // The header's own size does not count: the file's does.
            file.Position = 92;
            file.Write([0xff, 0xff, 0xff, 0xff]);
        }
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await good.ReplicaBecomesEqualAsync(agent);
        await agent.WaitForAsync(zeros.Id, client => client.Status == "error" && client.LastError is not null, "says what it is");
        var client = await agent.WaitForAsync(claims.Id, client => client.Status == "error", "is refused");
        Assert.Contains("holes", client.LastError, StringComparison.Ordinal);
        Assert.Equal(("", ""), (zeros.Listing(), claims.Listing()));
        Assert.InRange(Memory.PeakBytes(agent.Id), 1, 1_000_000_000);
        await agent.StopInOrderAsync();
    }

    private Dictionary<string, string> MakeAll(Tenant good, Outside outside)
    {
        var below = _sandbox.Folder("data/below");
        var made = new Dictionary<string, string>
        {
            ["link out"] = Link(outside.Database),
            ["link out by ../"] = Link("../outside/secret.db"),
            ["link to another tenant"] = Link(good.Path),
            ["link to nothing"] = Link(outside.Nothing),
            ["link to a device"] = Link("/dev/zero"),
            ["link to a directory"] = Link(below),
            ["link to itself"] = Made(path => File.CreateSymbolicLink(path, path)),
            ["hard link of another tenant"] = LastLink(good.Path),
            ["pipe"] = Made(SpecialFiles.Pipe),
            ["socket"] = Made(SpecialFiles.Socket),
            ["directory"] = Made(path => Directory.CreateDirectory(path)),
            ["directory with a pipe for its note"] = Made(path => SpecialFiles.Pipe(Note(path))),
            ["directory with an endless note"] = Made(path => File.CreateSymbolicLink(Note(path), "/dev/zero")),
            ["directory with a link for its note"] = Made(path => File.CreateSymbolicLink(Note(path), outside.Text)),
        };
        foreach (var isBlock in new[] { false, true })
        {
            var path = _sandbox.NewTenant().Path;
            if (SpecialFiles.TryDevice(path, isBlock))
                made[isBlock ? "block device" : "character device"] = path;
        }
        return made;
    }

    /// <summary>Of a tenant that moved to another host a directory with a note stands there; anybody can make one.</summary>
    private static string Note(string path) => Path.Combine(Directory.CreateDirectory(path).FullName, "moved-away");

    /// <summary>Of two new names of one file the first in order is the tenant's.</summary>
    private static string LastLink(string target)
    {
        var path = Path.Combine(Path.GetDirectoryName(target)!, "ffffffff-ffff-4fff-bfff-ffffffffffff.db");
        SpecialFiles.Link(target, path);
        return path;
    }

    private string Link(string target) => Made(path => File.CreateSymbolicLink(path, target));

    private string Made(Action<string> make)
    {
        var path = _sandbox.NewTenant().Path;
        make(path);
        return path;
    }

    /// <summary>As large as the file system lets it be.</summary>
    private static void Sparse(string path, long bytes)
    {
        using var file = File.Open(path, FileMode.OpenOrCreate);
        for (; ; bytes /= 2)
        {
            try
            {
                file.SetLength(bytes);
                return;
            }
            catch (Exception e) when (e is IOException or ArgumentException && bytes > 1L << 40)
            {
                // Half of that, then.
            }
        }
    }
}
