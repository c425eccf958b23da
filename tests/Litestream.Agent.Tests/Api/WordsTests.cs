using Litestream.Agent.Api;
using Litestream.Fleet;

namespace Litestream.Agent.Tests.Api;

public sealed class WordsTests
{
    [Fact]
    public void Every_status_of_the_engine_has_a_word_of_its_own_in_the_contract()
    {
        var words = Enum.GetValues<DatabaseStatus>().Select(Words.Of).ToList();
        Assert.Equal(StatusWords.All.Order(), words.Order());
    }

    [Fact]
    public void Every_reason_of_the_engine_has_a_word_of_its_own_in_the_contract()
    {
        var words = Enum.GetValues<DatabaseReason>().Where(r => r != DatabaseReason.None).Select(r => Words.Of(r)!).ToList();
        Assert.Equal(ReasonWords.All.Order(), words.Order());
        Assert.Null(Words.Of(DatabaseReason.None));
        Assert.All(words, word => Assert.Matches("^[a-z]+(-[a-z]+)*$", word));
    }
}
