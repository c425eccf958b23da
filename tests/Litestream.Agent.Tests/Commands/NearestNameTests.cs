using Litestream.Http;

namespace Litestream.Agent.Tests.Commands;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("abc", "abc", 0)]
    [InlineData("abc", "abd", 1)]
    [InlineData("abc", "acb", 1)]
    [InlineData("abc", "abcd", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void Counts_edits_and_an_exchange_of_neighbours_is_one(string from, string to, int distance) =>
        Assert.Equal(distance, NearestName.Distance(from, to));

    [Fact]
    public void Nothing_near_is_no_suggestion() => Assert.Null(NearestName.Find("-frobnicate", ["-port", "-bind"]));

    [Fact]
    public void Dashes_do_not_count() => Assert.Equal("-port", NearestName.Find("--prt", ["-port", "-bind"]));
}
