namespace Litestream.Agent.Tests;

public sealed class ProgramPagesTests
{
    [Fact]
    public void What_was_given_back_is_there_when_it_is_needed_again()
    {
        for (var i = 0; i < 10; i++)
        {
            Assert.True(ProgramPages.GiveBack() > 0);
            Assert.Equal(1_000_000, Enumerable.Range(0, 1_000_000).AsParallel().Count(n => n.ToString("x8").Length == 8));
        }
    }
}
