using Litestream.Core.Tests.Storage;
using Litestream.Replication;
using Litestream.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Core.Tests.Replication;

public sealed class PublishWorkTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Or it would drop and renumber what a cold look, or the pair of a snapshot, is staging at this moment.</summary>
    [Fact]
    public async Task Where_the_chain_stands_is_not_asked_while_the_capture_lane_runs()
    {
        SqliteForTests.Choose();
        using var books = Books.Open(_folder["books.db"], out _);
        var place = new ReplicaPlace(0, ReplicaRoot.Parse("file://" + _folder["replica"]), new(), books.Of("file:///r"), new(_folder["copies"], 0));
        var context = new StoreContext(new() { StateDirectory = _folder.Path }, [place], books, new(_folder["spool"]), new(_folder.Path), TimeProvider.System, NullLogger.Instance);
        var compaction = new Compaction(context);
        var ownership = new OwnershipCheck(context);
        var fence = new Fence(context, ownership);
        var work = new PublishWork(context, new(context, new(context), new(context), new(context, fence, ownership), new(context), fence, ownership), new(context, compaction), compaction, new(context), new(context), default);
        await using var scheduler = new Scheduler(context.Time, context.Log, 1, 1, _ => Lane.Never, _ => Task.FromResult(Lane.Never));
        var database = new ReplicatedDatabase(new() { Name = "a", Path = _folder["a.db"], CreatedAt = DateTimeOffset.UnixEpoch }, [default], context, scheduler) { Activity = CaptureActivity.Looking };
        Assert.InRange(await work.RunAsync(database.Replicas[0]), context.Time.GetTimestamp(), context.In(TimeSpan.FromSeconds(1)));
        Assert.Null(database.Chain);
        database.Activity = CaptureActivity.None;
        await work.RunAsync(database.Replicas[0]);
        Assert.NotNull(database.Chain);
    }
}
