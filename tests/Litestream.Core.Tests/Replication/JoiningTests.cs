using Litestream.Ltx;
using Litestream.Storage;
using Litestream.Tests.Servers;

namespace Litestream.Core.Tests.Replication;

/// <summary>A replica that answers while something is staged for another.</summary>
public sealed class JoiningTests
{
    private const string Name = ReplicatedFolder.Name;

    /// <summary>
    /// The image that begins an emptied replica is the next transaction, so whoever follows by the time it is staged must get it, too: else its chain has a
    /// hole, and nothing behind that can be restored.
    /// </summary>
    [Fact]
    public async Task One_that_answers_while_an_image_is_written_for_another_misses_nothing()
    {
        await using var server = await S3Server.StartAsync("second");
        using var second = ReplicaRoot.Parse(server.Url("second"), new() { AccessKeyId = S3Server.AccessKeyId, SecretAccessKey = S3Server.SecretAccessKey });
        await using var folder = new ReplicatedFolder { OtherRoots = [second] };
        using var application = folder.NewTenant();
        folder.Open();
        // Large enough for its image to take a while.
        await ReplicatedFolder.WriteAsync(application, folder.Register(Name), rows: 40, bytes: 1_000_000);
        await CaughtUpAsync(folder);
        await folder.StopAsync();

        Directory.Delete(Path.Combine(folder.Backups, "databases"), recursive: true);
        Directory.Delete(Path.Combine(folder.State, "tables"), recursive: true);
        server.Fault = request =>
        {
            if (request.IsListing)
                SpinWait.SpinUntil(() => Directory.EnumerateFiles(Path.Combine(folder.State, "spool"), "*.tmp").Any(), TimeSpan.FromSeconds(30));
            return S3ServerFault.None;
        };
        folder.Open();
        folder.Register(Name);
        await CaughtUpAsync(folder);
        server.Fault = _ => S3ServerFault.None;
        await ReplicatedFolder.WriteAsync(application, folder.Store!.Find(Name)!, rows: 2);
        await CaughtUpAsync(folder);

        // Nothing had to be healed.
        Assert.Null(folder.Store!.Find(Name)!.Snapshot().LastError);
        await folder.AssertRestoresEqualAsync(Name);
        await using var alone = new ReplicatedFolder { RootAt = second, DataAt = folder.Data };
        await alone.AssertRestoresEqualAsync(Name);
    }

    private static Task CaughtUpAsync(ReplicatedFolder folder) => ReplicatedFolder.WaitAsync(
        () => folder.Store!.Find(Name)!.Snapshot() is { Txid.IsNone: false } s && s.Replicas.All(r => r.Txid == s.Txid && r.Status == DatabaseStatus.Active), "caught up");
}
