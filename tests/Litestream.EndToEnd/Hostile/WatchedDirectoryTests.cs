using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Hostile;

/// <summary>
/// A tenant may write in the watched directory, and exchanges its file for something else while the agent looks, opens and reads: between any two of its steps, many times a second. What is
/// outside is neither changed nor copied, and nobody else's backup stops.
/// </summary>
public sealed class WatchedDirectoryTests : IDisposable
{
    private const int Exchanges = 4_000;
    private const int LeastSyncs = 5;

    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData("link")]
    [InlineData("pipe")]
    [InlineData("directory")]
    [InlineData("wal")]
    public async Task A_file_that_is_exchanged_again_and_again_leads_nobody_out_and_stops_nobody(string what)
    {
        // In rollback mode: whoever opens it to replicate it would change it.
        var outside = await Outside.CreateAsync(_sandbox, "delete");
        var (good, bad) = (await _sandbox.CreateTenantAsync(), await _sandbox.CreateTenantAsync());
        var other = Path.Combine(_sandbox.Data, "other");
        var (name, isWal) = (bad.Path, what == "wal");
        switch (what)
        {
            case "link":
                File.CreateSymbolicLink(other, outside.Database);
                break;
            case "pipe":
                SpecialFiles.Pipe(other);
                break;
            case "directory":
                SpecialFiles.Pipe(Path.Combine(Directory.CreateDirectory(other).FullName, "moved-away"));
                break;
            default:
                File.CreateSymbolicLink(other, outside.Text);
                break;
        }
        using var agent = await RunningAgent.StartAsync(_sandbox, "-sweep-interval", "1s");
        await agent.WaitForActiveAsync(bad.Id);
        Application? application = null;
        if (isWal)
        {
            application = await bad.OpenAsync();
            await application.InsertAsync(10);
            name = bad.Path + "-wal";
        }
        using var goodOne = await good.OpenAsync();

        var (syncs, exchanged, isOver) = (0, 0, false);
        var tenant = Task.Run(() =>
        {
            for (var i = 0; i < Exchanges || Volatile.Read(ref syncs) < LeastSyncs; i++)
                exchanged += SpecialFiles.TryExchange(name, other) ? 1 : 0;
            Volatile.Write(ref isOver, true);
        });
        while (!Volatile.Read(ref isOver))
        {
            await goodOne.InsertAsync(1);
            await agent.SyncAsync(good.Id);
            Interlocked.Increment(ref syncs);
        }
        await tenant;
        if (exchanged % 2 == 1)
            Assert.True(SpecialFiles.TryExchange(name, other), name);

        application?.Kill();
        await good.ReplicaEqualsAsync(agent);
        await agent.StopInOrderAsync();
        outside.IsUntouched();
        Outside.IsNotIn(_sandbox.Replica);
        Outside.IsNotIn(_sandbox.State);
    }
}
