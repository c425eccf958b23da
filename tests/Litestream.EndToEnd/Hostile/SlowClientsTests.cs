using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Hostile;

/// <summary>Clients that begin and do not go on, by the hundred: the agent replicates, answers others, and does not grow.</summary>
public sealed class SlowClientsTests : IDisposable
{
    private const int MostBytes = 500_000_000;

    /// <summary>That the agent's port takes.</summary>
    private const int MostConnections = 512;

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
        await Eventually.TrueAsync(() => Connections.Open(agent.Port) >= 400, () => $"400 are let in, not {Connections.Open(agent.Port)}\n{agent.Said}");
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
        const int Asked = 100;
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        using var application = await tenant.OpenAsync();
        var (large, bytes) = await LargestFileAsync(agent);
        // Whatever the kernel keeps of them, the agent itself has more to say to each.
        Assert.True(bytes > 100_000 && Asked * (long)bytes > 2 * Connections.MostUnsentBytes, $"{large} has {bytes} bytes: nobody is stuck with that");
        for (var i = 0; i < 200; i++)
            await BeginAsync(agent, string.Concat(Enumerable.Repeat($"GET {large} HTTP/1.1\r\nHost: localhost\r\n\r\n", Asked)));
        await Eventually.TrueAsync(() => Connections.Stuck(agent.Port) >= 200, () => $"200 answers are stuck, not {Connections.Stuck(agent.Port)}\n{agent.Said}");

        for (var i = 0; i < 3; i++)
            await GoesOnAsync(agent, tenant, application);
        Assert.Equal(bytes, (await agent.Http.GetByteArrayAsync(large)).Length);
        // The answers above may be among them for a moment.
        Assert.InRange(Connections.Stuck(agent.Port), 200, int.MaxValue);
        Assert.InRange(Memory.PeakBytes(agent.Id), 1, MostBytes);
        // One that reads at last gets all of it: that much was waiting in the agent.
        await ReadsAsync(_clients[0], Asked * (long)bytes);
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
        await Eventually.TrueAsync(() => _clients.Count(IsTurnedAway) >= 700 - MostConnections, () => $"all but {MostConnections} of 700 are turned away, not {_clients.Count(IsTurnedAway)}\n{agent.Said}");
        // The connections of this test's own client count as well, and are few.
        Assert.InRange(_clients.Count(IsTurnedAway), 700 - MostConnections, 700 - MostConnections + 10);
        await application.InsertAsync(10);
        // Its API is full; its work goes on, and whoever has the machine's user asks by the socket.
        await tenant.ReplicaBecomesEqualAsync(agent);
        (await PublishedProgram.RunAsync(_sandbox, "sync", "-wait", "-socket", Socket(), tenant.Path)).MustSucceed();
        _clients.ForEach(client => client.Dispose());
        await Eventually.TrueAsync(() => AnswersAsync(agent), () => "it answers again\n" + agent.Said, TimeSpan.FromSeconds(120));
        await agent.StopInOrderAsync();
    }

    /// <summary>Of those that the page names.</summary>
    private static async Task<(string Path, int Bytes)> LargestFileAsync(RunningAgent agent)
    {
        var page = await agent.Http.GetStringAsync(new Uri("/", UriKind.Relative));
        var files = new List<(string Path, int Bytes)>();
        foreach (var path in Regex.Matches(page, "(?:src|href)=\"\\.?(/[^\"]+)\"").Select(m => m.Groups[1].Value))
            files.Add((path, (await agent.Http.GetByteArrayAsync(path)).Length));
        return files.MaxBy(file => file.Bytes);
    }

    private static async Task ReadsAsync(Socket client, long bytes)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        client.ReceiveBufferSize = 1 << 20;
        var buffer = new byte[1 << 20];
        for (long read = 0; read < bytes;)
        {
            var more = await client.ReceiveAsync(buffer, limit.Token);
            Assert.True(more > 0, $"it is closed after {read} of more than {bytes} bytes");
            read += more;
        }
    }

    /// <summary>Closed without a word, or not let in at all. One that is told that it took too long was in.</summary>
    private static bool IsTurnedAway(Socket client) => !client.Connected || (client.Poll(0, SelectMode.SelectRead) && client.Available == 0);

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
        // Somebody new, too: the client above has its connection from before.
        var (status, text) = await RawHttp.SendAsync(agent.Port, "GET /api/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray());
        Assert.True(status == 200, $"{status} {text}\n{agent.Said}");
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
