using System.Text.Json.Nodes;
using Litestream.Agent.Tests.Api;

namespace Litestream.Agent.Tests;

/// <summary>What <c>litestream register</c> added is remembered, whatever a start meets.</summary>
public sealed class RegisteredDatabasesTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task One_that_cannot_be_opened_at_a_start_is_replicated_again_when_that_is_mended()
    {
        using var first = NewDatabase("first");
        using var second = NewDatabase("second");
        await RegisterAsync("first");
        var state = BlockState();
        await using (var agent = await RunningAgent.StartAsync(_folder))
            Assert.Contains(agent.Log.Lines, l => l.Contains($"{_folder["other/first.db"]} was registered and is not replicated now", StringComparison.Ordinal));
        await RegisterAsync("second");

        File.Delete(state);
        Directory.Move(_folder["aside"], state);
        await using (var agent = await RunningAgent.StartAsync(_folder))
        {
            await agent.SyncedAsync("first");
            await agent.SyncedAsync("second");
        }
    }

    [Theory]
    [InlineData("other/first.db")]
    [InlineData("other/../other/first.db")]
    [InlineData("First")]
    public async Task One_that_cannot_be_opened_can_be_let_go(string named)
    {
        using var first = NewDatabase("first");
        await RegisterAsync("first");
        BlockState();
        await using (var agent = await RunningAgent.StartAsync(_folder))
        {
            using var control = new ControlClient(agent);
            var request = new JsonObject { ["path"] = named.Contains('/', StringComparison.Ordinal) ? _folder[named] : named };
            Assert.Equal("unregistered", (string?)(await control.PostAsync("unregister", request.DeepClone().AsObject())).Body["status"]);
            Assert.Equal("already_unregistered", (string?)(await control.PostAsync("unregister", request)).Body["status"]);
        }

        await using (var agent = await RunningAgent.StartAsync(_folder))
            Assert.DoesNotContain(agent.Log.Lines, l => l.Contains("was registered", StringComparison.Ordinal));
    }

    private Application NewDatabase(string name)
    {
        _folder.Folder("other");
        var application = new Application(_folder[$"other/{name}.db"]);
        application.Sql("PRAGMA journal_mode=WAL");
        application.Sql("CREATE TABLE t (x)");
        return application;
    }

    /// <summary>A file stands where the only registered database has its state. Answers where.</summary>
    private string BlockState()
    {
        var state = Directory.GetDirectories(Directory.GetDirectories(_folder["state"], "stores", SearchOption.AllDirectories).Single()).Single();
        Directory.Move(state, _folder["aside"]);
        File.WriteAllText(state, "");
        return state;
    }

    private async Task RegisterAsync(string name)
    {
        await using var agent = await RunningAgent.StartAsync(_folder);
        using var control = new ControlClient(agent);
        var (_, answer) = await control.PostAsync("register", new() { ["path"] = _folder[$"other/{name}.db"], ["replica_url"] = $"file://{_folder[$"replica of {name}"]}" });
        Assert.Equal("registered", (string?)answer["status"]);
        await agent.SyncedAsync(name);
    }
}
