using Litestream.Storage;
using Litestream.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Core.Tests.Replication;

/// <summary>Idle costs nothing: what is asked of an object store for tenants that did not change.</summary>
public sealed class IdleRequestsTests
{
    private const int Tenants = 20;

    [Fact]
    public async Task Ten_idle_minutes_make_no_request_at_all()
    {
        SqliteForTests.Choose();
        using var folder = new Storage.ScratchFolder();
        await using var server = await S3Server.StartAsync("fleet");
        var time = new ManualTime { Epoch = DateTimeOffset.UtcNow.AddDays(-1) };
        using var replica = ReplicaRoot.Parse(server.Url("fleet"), new() { AccessKeyId = S3Server.AccessKeyId, SecretAccessKey = S3Server.SecretAccessKey });
        await using var store = Store.Open(new() { StateDirectory = folder["state"] }, [replica], time, NullLoggerFactory.Instance);
        var databases = Enumerable.Range(0, Tenants).Select(i => Register(store, folder[$"{i}.db"], $"tenant-{i}")).ToList();

        // Everything that follows from the first copies: they are published, merged, closed.
        for (var second = 0; second < 180; second++)
        {
            await StepAsync(time, TimeSpan.FromSeconds(1));
            if (second % 60 == 0)
                databases.ForEach(d => d.Notice(FileEvent.Sweep));
        }
        await ReplicatedFolder.WaitAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return databases.TrueForAll(d => d.Snapshot() is { Status: DatabaseStatus.Active, Reason: DatabaseReason.Cold, ReplicatedTxid.Value: > 0 });
        }, "all are cold");

        var before = server.Requests.Count;
        Assert.True(before >= Tenants);
        for (var minute = 0; minute < 10; minute++)
        {
            databases.ForEach(d => d.Notice(FileEvent.Sweep));
            for (var second = 0; second < 60; second++)
                await StepAsync(time, TimeSpan.FromSeconds(1));
        }
        Assert.Equal([], server.Requests.Skip(before).Select(r => r.ToString()));
        Assert.All(databases, d => Assert.Equal(DatabaseReason.Cold, d.Snapshot().Reason));
        await store.StopAsync(default);
    }

    private static Database Register(Store store, string path, string name)
    {
        ReplicatedFolder.Scalar(path, "PRAGMA journal_mode=WAL; CREATE TABLE t(a); INSERT INTO t VALUES(1)");
        var database = store.Register(path, name);
        database.Notice(FileEvent.Database);
        return database;
    }

    /// <summary>A step of the clock, and a moment for the threads that it set going.</summary>
    private static async Task StepAsync(ManualTime time, TimeSpan step)
    {
        time.Advance(step);
        await Task.Delay(1);
    }
}
