using Litestream.Cloud.Access;
using Litestream.Cloud.Configuration;

namespace Litestream.Cloud.Tests.Configuration;

public sealed class CloudOptionsTests
{
    private static readonly CloudEnvironment Bare = new();
    private static readonly CloudEnvironment Lambda = new() { Table = "fleet", RuntimeApi = "127.0.0.1:9001" };

    [Fact]
    public void Flags_win_over_the_environment()
    {
        var options = CloudOptions.Read(["--fleet-table=mine", "-port", "9000", "-bind", "127.0.0.1", "-no-auth"], new() { Table = "theirs", TokenFile = "/srv/none", Region = "eu-west-1" });
        Assert.Equal(("mine", 9000, "127.0.0.1", AccessKind.Anonymous, "eu-west-1"), (options.Table, options.Port, options.Bind, options.Access, options.TableAccess.Region));
    }

    [Fact]
    public void Without_flags_the_environment_counts()
    {
        var options = CloudOptions.Read(["-no-auth"], new() { Table = "theirs", DynamoDbEndpoint = "http://127.0.0.1:4567" });
        Assert.Equal(("theirs", CloudOptions.DefaultPort, null, "http://127.0.0.1:4567"), (options.Table, options.Port, options.Bind, options.TableAccess.Endpoint));
    }

    [Theory]
    [InlineData("-fleet-table fleet -prt 9000", "there is no flag -prt", "did you mean -port?")]
    [InlineData("-fleet-table fleet -no-atuh", "there is no flag -no-atuh", "did you mean -no-auth?")]
    [InlineData("-fleet-table fleet fleet2", "there is no flag fleet2", "`litestream-cloud -help` lists the flags")]
    [InlineData("-fleet-table", "-fleet-table needs a value: -fleet-table NAME", null)]
    [InlineData("-fleet-table -no-auth", "-fleet-table needs a value: -fleet-table NAME", null)]
    [InlineData("-fleet-table= -no-auth", "-fleet-table: the value is empty", null)]
    [InlineData("-no-auth=yes", "-no-auth takes no value", null)]
    [InlineData("-fleet-table fleet -fleet-table other", "-fleet-table is given twice", null)]
    [InlineData("-no-auth", "the fleet's table is not named", "-fleet-table NAME or LITESTREAM_FLEET_TABLE, the same as its agents have")]
    [InlineData("-no-auth -fleet-table a/b", "\"a/b\" cannot name a table", "3 to 255 letters, digits, dots, dashes or underscores")]
    [InlineData("-fleet-table fleet -no-auth -port 70000", "-port: \"70000\" is no port", "0 to 65535; 0 takes a free one")]
    [InlineData("-fleet-table fleet -no-auth -port -1", "-port needs a value: -port N", null)]
    [InlineData("-fleet-table fleet -no-auth -bind example.org", "-bind: \"example.org\" is no address", "an IP address of this machine, or * for all of them")]
    [InlineData("-fleet-table fleet", "it is not said who may use this API", null)]
    [InlineData("-fleet-table fleet -no-auth -tokens x", "-no-auth and -tokens contradict each other", "give one of them")]
    [InlineData("-fleet-table fleet -no-auth -bind *", "-no-auth with -bind * would let everybody who reaches this machine do anything", "give -tokens FILE, or leave -bind out")]
    [InlineData("-fleet-table fleet -no-auth -bind 0.0.0.0", "-no-auth with -bind 0.0.0.0 would let everybody who reaches this machine do anything", null)]
    [InlineData("-fleet-table fleet -no-auth -bind ::", "-no-auth with -bind :: would let everybody who reaches this machine do anything", null)]
    public void A_mistake_is_told_with_the_way_out(string arguments, string message, string? hint)
    {
        var error = Assert.Throws<StartException>(() => CloudOptions.Read(arguments.Split(' '), Bare));
        Assert.Equal(message, error.Message);
        Assert.True(error.IsUsage);
        if (hint is not null)
            Assert.Equal(hint, error.Hint);
    }

    [Fact]
    public void On_lambda_claims_count_whatever_else_is_said()
    {
        Assert.Equal(AccessKind.Claims, CloudOptions.Read([], Lambda).Access);
        Assert.Equal(AccessKind.Claims, CloudOptions.Read([], Lambda with { TokenFile = "/srv/tokens" }).Access);
        Assert.Contains("this is Lambda", Assert.Throws<StartException>(() => CloudOptions.Read(["-no-auth"], Lambda)).Message, StringComparison.Ordinal);
        Assert.Throws<StartException>(() => CloudOptions.Read([], Lambda with { Table = null }));
    }

    [Fact]
    public void The_help_names_every_flag()
    {
        var help = new StringWriter();
        Assert.Equal(0, Flags.WriteHelp(help));
        foreach (var flag in new[] { Flags.Port, Flags.Bind, Flags.Table, Flags.Tokens, Flags.NoAuth })
            Assert.Contains($"  {flag}", help.ToString(), StringComparison.Ordinal);
        Assert.All(help.ToString().Split('\n'), line => Assert.True(line.Length <= 80, line));
    }
}
