using System.Net.Sockets;
using Litestream.Cloud.Configuration;
using Litestream.Cloud.Hosting;
using Litestream.Tests.Servers;

namespace Litestream.Cloud.Tests.Hosting;

public sealed class HostChoiceTests
{
    [Fact]
    public async Task A_port_that_is_taken_is_said_in_a_sentence()
    {
        await using var table = await FleetItems.StartTableAsync();
        using var taken = new TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        var options = RunningCloud.Options(table) with { Port = port, Bind = "127.0.0.1" };
        await using var application = CloudApplication.Build(options, TimeProvider.System);
        var error = await Assert.ThrowsAsync<StartException>(() => HostChoice.RunAsync(application, options));
        Assert.Equal($"port {port} of 127.0.0.1 is taken by another program", error.Message);
        Assert.NotNull(error.Hint);
    }

    [Fact]
    public async Task What_keeps_a_function_from_beginning_is_told_to_lambda()
    {
        await using var lambda = await LambdaRuntime.StartAsync();
        var said = new StringWriter();
        Assert.Equal(1, await HostChoice.FailedAsync(new() { RuntimeApi = lambda.Address }, new InvalidOperationException("a surprise"), said));
        Assert.Equal("Litestream.InvalidOperationException", (await lambda.InitError).ErrorType);
        Assert.Contains("a surprise", said.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistake_in_the_flags_is_told_to_the_person_with_the_way_out()
    {
        var said = new StringWriter();
        Assert.Equal(2, await HostChoice.FailedAsync(new CloudEnvironment(), Flags.Wrong("no such thing", "try another"), said));
        Assert.Equal($"litestream-cloud: no such thing{Environment.NewLine}hint: try another{Environment.NewLine}", said.ToString());
    }
}
