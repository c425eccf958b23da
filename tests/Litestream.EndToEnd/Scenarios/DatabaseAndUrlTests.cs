using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Scenarios;

/// <summary><c>replicate DB URL...</c>: a database and its replicas, exactly where the URLs say.</summary>
public sealed class DatabaseAndUrlTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData("backups/app")]
    [InlineData("backups/app.db")]
    [InlineData("backups/one", "backups/other")]
    public async Task What_is_committed_is_restored_from_the_same_places(params string[] places)
    {
        var path = Path.Combine(_sandbox.Data, "app.db");
        var urls = Array.ConvertAll(places, p => "file://" + Path.Combine(_sandbox.Root, p));
        await WriterProgram.CreateAsync(_sandbox, path, "-rows", "50");
        using (var agent = await RunningAgent.StartExactlyAsync(_sandbox, ["replicate", path, .. urls]))
        {
            await agent.WaitForActiveAsync("app");
            (await WriterProgram.RunAsync(_sandbox, "write", path, "-transactions", "30", "-seed", "9")).MustSucceed();
            await agent.StopInOrderAsync();
        }
        foreach (var url in urls)
        {
            var restored = _sandbox.NextRestorePath();
            (await PublishedProgram.RunAsync(_sandbox, "restore", "-o", restored, url)).MustSucceed();
            var digests = await WriterProgram.DigestsAsync(_sandbox, path, restored);
            Assert.Equal(digests[path], digests[restored]);
        }
    }

    [Theory]
    [InlineData("where to replicate app.db to is missing", "app.db")]
    [InlineData("DB URL and -replica both say what goes where", "-replica", "file:///srv/a", "app.db", "file:///srv/b")]
    public async Task What_does_not_add_up_is_told(string problem, params string[] words) =>
        (await PublishedProgram.RunAsync(_sandbox, ["replicate", .. words])).Must(2).MustSay(problem);
}
