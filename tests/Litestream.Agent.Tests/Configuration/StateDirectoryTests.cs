using System.Security.Cryptography;
using System.Text;
using Litestream.Agent.Configuration;

namespace Litestream.Agent.Tests.Configuration;

public sealed class StateDirectoryTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_agent_is_named_by_what_it_watches_in_whatever_order_it_was_said()
    {
        var expected = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("/data/a\n/data/b")))[..16];
        Assert.Equal(expected, StateDirectory.NameOf(["/data/b", "/data/a"]));
        Assert.Equal(expected, StateDirectory.NameOf(["/data/a", "/data/b"]));
        Assert.NotEqual(expected, StateDirectory.NameOf(["/data/a"]));
    }

    [Fact]
    public void The_flag_comes_before_the_environment_and_both_before_the_default()
    {
        var environment = new AgentEnvironment { WorkingDirectory = _folder.Path, StateDirectory = "variable", Home = "/home/x", XdgStateHome = "/home/x/state" };
        Assert.Equal([_folder["flag"]], StateDirectory.Roots("flag", environment));
        Assert.Equal([_folder["variable"]], StateDirectory.Roots(null, environment));
        Assert.Equal(["/var/lib/litestream", "/home/x/state/litestream"], StateDirectory.Roots(null, environment with { StateDirectory = null }));
        Assert.Equal("/home/x/.local/state/litestream", StateDirectory.Roots(null, environment with { StateDirectory = null, XdgStateHome = null })[1]);
    }
}
