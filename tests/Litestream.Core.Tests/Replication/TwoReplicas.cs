using Litestream.Ltx;
using Litestream.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Core.Tests.Replication;

/// <summary>A tenant that is written, and two folders that it is replicated to.</summary>
internal sealed class TwoReplicas : IAsyncDisposable
{
    private const string Name = ReplicatedFolder.Name;

    private readonly string _first;
    private readonly IReadOnlyList<ReplicaRoot> _second;

    /// <summary>Nothing runs yet.</summary>
    /// <param name="time">The agent's clock.</param>
    /// <param name="log">What the agent says.</param>
    public TwoReplicas(TimeProvider? time = null, ILoggerFactory? log = null)
    {
        Folder = new() { Time = time ?? TimeProvider.System, Logging = log ?? NullLoggerFactory.Instance };
        _first = Folder.Backups;
        _second = [ReplicaRoot.Parse("file://" + Place(1))];
        Application = Folder.NewTenant();
        Folder.OtherRoots = _second;
    }

    public ReplicatedFolder Folder { get; }

    /// <summary>The tenant's program.</summary>
    public Application Application { get; }

    public Database Database => Folder.Store!.Find(Name)!;

    /// <summary>Both have these first rows.</summary>
    public static async Task<TwoReplicas> BeginAsync(int rows, TimeProvider? time = null, Func<StoreOptions, StoreOptions>? options = null)
    {
        var two = new TwoReplicas(time);
        two.Folder.Options = options?.Invoke(two.Folder.Options) ?? two.Folder.Options;
        two.Open();
        await two.WriteAsync(rows);
        await two.CaughtUpAsync();
        return two;
    }

    public void Open()
    {
        Folder.Open();
        Folder.Register(Name);
    }

    /// <summary>The first alone, or both.</summary>
    public void Open(bool both)
    {
        Folder.OtherRoots = both ? _second : [];
        Open();
    }

    public Task WriteAsync(int rows) => ReplicatedFolder.WriteAsync(Application, Database, rows);

    public string Place(int replica) => replica == 0 ? _first : _first + "-2";

    public Task CaughtUpAsync() => ReplicatedFolder.WaitAsync(
        () => Database.Snapshot() is { Txid.IsNone: false } s && s.Replicas.All(r => r.Txid == s.Txid && r.Status == DatabaseStatus.Active),
        $"caught up: {Database.Snapshot().Replicas[0]} {Database.Snapshot().Replicas[1]}");

    /// <summary>Every file of a level.</summary>
    public async Task<IReadOnlyList<LtxFile>> ListAsync(int replica, int level)
    {
        var files = new List<LtxFile>();
        await foreach (var file in StorageOf(replica).ListAsync(level, default))
            files.Add(file);
        return files;
    }

    public IReplicaStorage StorageOf(int replica) => ReplicaRoot.Parse("file://" + Place(replica)).Open(ReplicaRoot.DefaultPathOf(Name));

    /// <summary>How many images each of them got.</summary>
    public async Task AssertImagesAsync(int first, int second)
    {
        Assert.Equal(first, (await ListAsync(0, 1)).Count(f => f.IsImage));
        Assert.Equal(second, (await ListAsync(1, 1)).Count(f => f.IsImage));
    }

    /// <summary>When everything is in both, each of them alone restores to what the tenant has.</summary>
    public async Task AssertBothEqualAsync()
    {
        await CaughtUpAsync();
        await Folder.AssertRestoresEqualAsync(Name);
        await using var second = new ReplicatedFolder { BackupsAt = Place(1), DataAt = Folder.Data };
        await second.AssertRestoresEqualAsync(Name);
    }

    public async ValueTask DisposeAsync()
    {
        Application.Dispose();
        await Folder.DisposeAsync();
    }
}
