using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Packages.Recipes;

/// <summary>docs/recipes/migrate.md, word for word. Takes a minute: so long a chain is left to its last writer.</summary>
public sealed class MigrateTests
{
    [NeedsSqlite3]
    public async Task An_application_moves_to_another_host_and_loses_nothing()
    {
        await using var run = await RecipeRun.BeginAsync("migrate.md", "backups");
        await run.ThroughAsync("Migrate to another host");
        run.Old.InstallWriter(seed: 1);
        run.New.InstallWriter(seed: 2);
        await WriterProgram.CreateAsync(run.Sandbox, Directory.CreateDirectory(Path.GetDirectoryName(run.Old.Database)!).FullName + "/app.db", "-rows", "200");
        await run.Old.Terminal.RunAsync("systemctl start litestream app\nlitestream sync -wait data/app.db");
        await run.Old.WritesAsync();

        await run.ThroughAsync("Restore aside, and follow");
        await run.ThroughAsync("Switch");
        var ended = await run.Old.DigestAsync();
        Assert.Equal(ended, await run.New.DigestAsync());

        await run.ThroughAsync("Go on");
        run.IsAtItsEnd();
        await run.New.WritesAsync();
        await run.New.Terminal.RunAsync("systemctl stop app litestream");
        var latest = await run.New.DigestAsync();
        Assert.NotEqual(ended, latest);
        Assert.Equal(latest, await run.RestoredDigestAsync("s3://backups/app"));

        // The old host by mistake, once more: it touches nothing, however long the new one has been quiet.
        await run.Old.Terminal.RunAsync("systemctl start litestream\nuntil litestream status | grep -q 'taken over by another agent'; do sleep 0.1; done");
        Assert.Equal(latest, await run.RestoredDigestAsync("s3://backups/app"));
    }
}
