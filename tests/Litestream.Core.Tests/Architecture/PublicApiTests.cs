namespace Litestream.Core.Tests.Architecture;

/// <summary>What embedders build on changes on purpose only: a change of it is looked at in docs/api.</summary>
public sealed class PublicApiTests
{
    [Theory]
    [InlineData("Litestream", typeof(Store))]
    [InlineData("Litestream.Hosting", typeof(Litestream.Hosting.LitestreamHost))]
    public void The_public_API_is_what_was_approved(string package, Type member)
    {
        var said = PublicApi.Of(member.Assembly);
        var path = Path.Combine(SourceTree.Root, "docs", "api", package + ".txt");
        if (Environment.GetEnvironmentVariable("LITESTREAM_ACCEPT") is { Length: > 0 })
            File.WriteAllText(path, said);
        var written = File.Exists(path) ? File.ReadAllText(path) : "";
        var (now, before) = (said.Split('\n'), written.Split('\n'));
        Assert.True(written == said, $"The public API of {package} is not what docs/api/{package}.txt says.\n"
            + $"  gone: {string.Join("\n        ", before.Except(now))}\n  new:  {string.Join("\n        ", now.Except(before))}\n"
            + "LITESTREAM_ACCEPT=1 dotnet test tests/Litestream.Core.Tests --filter PublicApiTests writes it anew; then read the difference");
    }
}
