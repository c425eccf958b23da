using System.Net;
using System.Net.Sockets;
using System.Text;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Hostile;

/// <summary>Clients that begin and do not go on, by the hundred: the agent replicates, answers others, and does not grow.</summary>
public sealed class SlowClientsTests : IDisposable
{
    private const int MostBytes = 500_000_000;

    private readonly Sandbox _sandbox = new();
    private readonly List<Socket> _clients = [];

    public void Dispose()
    {
        _clients.ForEach(client => client.Dispose());
        _sandbox.Dispose();
    }

    [Theory]
    [InlineData("GET /api/status HTTP/1.1\r\nHost: loc", "alhost\r\nX: y\r\nX: y\r\n")]
    [InlineData("POST /api/databases HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10000\r\n\r\n{\"path\":\"", "xxxxxxxxxxxxxxxxxxxxxxxx")]
    [InlineData("POST /api/databases HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n1\r\n \r\n1\r\n \r\n")]
    [InlineData("", "")]
    public async Task Hundreds_that_send_a_byte_now_and_then_hold_nobody_up(string begin, string drops)
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        using var application = await tenant.OpenAsync();
        for (var i = 0; i < 400; i++)
            await BeginAsync(agent, begin);
        for (var round = 0; round < Math.Max(3, drops.Length); round++)
        {
            foreach (var client in _clients)
                TrySend(client, drops.Length > round ? drops[round..(round + 1)] : "");
            if (round % 8 == 0)
                await GoesOnAsync(agent, tenant, application);
        }
        Assert.InRange(Memory.PeakBytes(agent.Id), 1, MostBytes);
        await agent.StopInOrderAsync();
    }

    [Fact]
    public async Task Those_that_ask_and_never_read_the_answer_hold_nobody_up()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        using var application = await tenant.OpenAsync();
        var page = await agent.Http.GetStringAsync(new Uri("/", UriKind.Relative));
        var large = System.Text.RegularExpressions.Regex.Matches(page, "(?:src|href)=\"\\.?(/[^\"]+)\"").Select(m => m.Groups[1].Value).Append("/metrics").First();
        var asked = string.Concat(Enumerable.Repeat($"GET {large} HTTP/1.1\r\nHost: localhost\r\n\r\n", 100));
        for (var i = 0; i < 200; i++)
            await BeginAsync(agent, asked);
        for (var i = 0; i < 3; i++)
            await GoesOnAsync(agent, tenant, application);
        Assert.InRange(Memory.PeakBytes(agent.Id), 1, MostBytes);
        await agent.StopInOrderAsync();
    }

    [Fact]
    public async Task More_than_it_takes_are_turned_away_and_it_replicates_on_and_answers_when_they_are_gone()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        using var application = await tenant.OpenAsync();
        for (var i = 0; i < 700; i++)
            await BeginAsync(agent, "GET / HTTP/1.1\r\n");
        await application.InsertAsync(10);
        // Its API is full; its work goes on, and whoever has the machine's user asks by the socket.
        await tenant.ReplicaBecomesEqualAsync(agent);
        (await PublishedProgram.RunAsync(_sandbox, "sync", "-wait", "-socket", Socket(), tenant.Path)).MustSucceed();
        _clients.ForEach(client => client.Dispose());
        await Eventually.TrueAsync(() => AnswersAsync(agent), () => "it answers again\n" + agent.Said, TimeSpan.FromSeconds(120));
        await agent.StopInOrderAsync();
    }

    private string Socket() => Directory.EnumerateFiles(_sandbox.State, "litestream.sock", SearchOption.AllDirectories).Single();

    private static async Task<bool> AnswersAsync(RunningAgent agent)
    {
        try
        {
            return (await agent.Http.GetAsync(new Uri("/api/status", UriKind.Relative))).StatusCode == HttpStatusCode.OK;
        }
        catch (Exception e) when (e is HttpRequestException or SocketException)
        {
            return false;
        }
    }

    private static async Task GoesOnAsync(RunningAgent agent, Tenant tenant, Application application)
    {
        await application.InsertAsync(1);
        await agent.SyncAsync(tenant.Id);
        Assert.Equal("active", (await agent.ClientAsync(tenant.Id))!.Status);
    }

    private async Task BeginAsync(RunningAgent agent, string begin)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096, NoDelay = true };
        _clients.Add(client);
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, agent.Port);
        }
        catch (SocketException)
        {
            return; // Turned away that early.
        }
        TrySend(client, begin);
    }

    private static void TrySend(Socket client, string text)
    {
        try
        {
            client.Blocking = false;
            client.Send(Encoding.ASCII.GetBytes(text));
        }
        catch (SocketException)
        {
            // Shown the door, or it takes no more: as it should be.
        }
    }
}
