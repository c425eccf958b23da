using Litestream.EndToEnd.Programs;
using Litestream.Tests.Servers;

namespace Litestream.EndToEnd.Packages.Recipes;

/// <summary>
/// docs/recipes/failover.md, word for word. The first region is a bucket and a host with which every connection breaks; the host goes on, and comes back, which is
/// the worst of all cases.
/// </summary>
public sealed class FailoverTests
{
    [Fact]
    public async Task A_region_is_gone_and_the_application_goes_on_from_the_replica_in_the_other()
    {
        await using var run = await RecipeRun.BeginAsync("failover.md", "backups-eu", "backups-us");
        await run.ThroughAsync("Fail over to another region");
        run.Old.InstallWriter(seed: 1);
        run.New.InstallWriter(seed: 2);
        await WriterProgram.CreateAsync(run.Sandbox, Directory.CreateDirectory(Path.GetDirectoryName(run.Old.Database)!).FullName + "/app.db", "-rows", "200");
        await run.Old.Terminal.RunAsync("systemctl start litestream app\nlitestream sync -wait data/app.db");
        await run.Old.WritesAsync();
        await run.Old.Terminal.RunAsync("systemctl stop app\nlitestream sync -wait data/app.db");
        var ended = await run.Old.DigestAsync();
        await Eventually.TrueAsync(async () => await run.RestoredDigestAsync("s3://backups-us/app") == ended, () => $"the second region has it\n{run.Old.Terminal.Said}");

        // The disaster. It is a while ago when the new host begins.
        run.Store.Fault = request => request.Bucket == "backups-eu" || IsOfOldHost(request) ? S3ServerFault.Reset : S3ServerFault.None;
        await run.Old.Terminal.RunAsync("systemctl start app");
        run.Store.Store.Age("backups-us", TimeSpan.FromMinutes(5));

        await run.ThroughAsync("Start elsewhere");
        await run.New.WritesAsync();
        Assert.Contains("Restored", run.New.Terminal.Said, StringComparison.Ordinal);

        run.Store.Fault = request => IsOfOldHost(request) ? S3ServerFault.Reset : S3ServerFault.None;
        await run.ThroughAsync("When the region is back");
        run.IsAtItsEnd();
        await run.New.Terminal.RunAsync("systemctl stop app litestream");
        var latest = await run.New.DigestAsync();
        Assert.NotEqual(ended, latest);
        Assert.Equal(latest, await run.RestoredDigestAsync("s3://backups-us/app"));
        Assert.Equal(latest, await run.RestoredDigestAsync("s3://backups-eu/app-2"));

        // The first host comes back by itself: what was taken over is safe from it.
        run.Store.Fault = _ => S3ServerFault.None;
        await run.Old.Terminal.RunAsync("until litestream status | grep backups-us | grep -q 'another writer'; do sleep 0.1; done\nsystemctl stop app");
        Assert.Equal(latest, await run.RestoredDigestAsync("s3://backups-us/app"));
    }

    private static bool IsOfOldHost(S3ServerRequest request) => request.Header("Authorization")?.Contains(RecipeHost.AccessKeyOf("old"), StringComparison.Ordinal) == true;
}
