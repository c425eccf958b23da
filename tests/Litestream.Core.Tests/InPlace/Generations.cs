using Litestream.Core.Tests.Replication;
using Litestream.InPlace;
using Litestream.Ltx;

namespace Litestream.Core.Tests.InPlace;

/// <summary>A tenant whose table <c>g</c> says in every row of every page which generation of its content it is: two of them at once are a mix.</summary>
internal sealed class Generations : IAsyncDisposable
{
    public const string Name = ReplicatedFolder.Name;

    private const int Rows = 300;

    public Generations(ReplicatedFolder? folder = null)
    {
        Folder = folder ?? new();
        Application = Folder.NewTenant();
        Application.Sql("CREATE TABLE g (id INTEGER PRIMARY KEY, generation INTEGER, filler)");
        Application.Sql($"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Rows}) INSERT INTO g SELECT i, 0, hex(randomblob(500)) FROM n");
        Folder.Open();
        Database = Folder.Register(Name);
    }

    public ReplicatedFolder Folder { get; }

    public Application Application { get; }

    public Database Database { get; private set; }

    public string Path => Folder.PathOf(Name);

    /// <summary>Every row becomes of that generation, in one transaction; answers the transaction that holds it.</summary>
    public async Task<Txid> BeginAsync(int generation)
    {
        Application.Sql($"UPDATE g SET generation = {generation}");
        await ReplicatedFolder.SyncAsync(Database);
        return Database.Snapshot().Txid;
    }

    /// <summary>What an application sees, or the text of how it is mixed.</summary>
    public static string Seen(Application application) =>
        application.Sql($"SELECT CASE WHEN count(DISTINCT generation) = 1 AND count(*) = {Rows} THEN min(generation) ELSE 'mixed: ' || count(*) || ' ' || group_concat(DISTINCT generation) END FROM g").Single();

    public string Seen() => Seen(Application);

    public Task<InPlaceResult> RestoreAsync(Txid txid, InPlaceOptions? options = null, CancellationToken stop = default) =>
        Database.RestoreInPlaceAsync((options ?? new()) with { Txid = txid }, null, stop);

    public async Task<InPlaceFault> FaultOfAsync(Func<Task<InPlaceResult>> restore) => (await Assert.ThrowsAsync<InPlaceException>(restore)).Fault;

    /// <summary>The live database is sound, and what the replica has is the same.</summary>
    public async Task AssertSoundAsync()
    {
        Assert.Equal(["ok"], Application.Sql("PRAGMA integrity_check"));
        await Folder.AssertRestoresEqualAsync(Name);
        var scratch = System.IO.Path.Combine(Folder.State, "scratch", "in-place");
        Assert.True(!Directory.Exists(scratch) || !Directory.EnumerateFileSystemEntries(scratch).Any(), "something is left aside");
    }

    public async Task RestartAsync()
    {
        await Folder.StopAsync();
        Folder.Open();
        Database = Folder.Register(Name);
    }

    public async ValueTask DisposeAsync()
    {
        Application.Dispose();
        await Folder.DisposeAsync();
    }
}
