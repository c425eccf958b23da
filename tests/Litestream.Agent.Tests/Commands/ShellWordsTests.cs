using Litestream.Agent.Commands;

namespace Litestream.Agent.Tests.Commands;

public sealed class ShellWordsTests
{
    [Theory]
    [InlineData("app", "app")]
    [InlineData("  app   --port  3000 ", "app|--port|3000")]
    [InlineData("app 'one word' \"two words\"", "app|one word|two words")]
    [InlineData("app a'b c'd\"e f\"g", "app|ab cde fg")]
    [InlineData("app ''", "app|")]
    [InlineData("app \"a \\\"b\\\" \\$c \\n\"", "app|a \"b\" $c \\n")]
    [InlineData("app a\\ b \\'c", "app|a b|'c")]
    [InlineData("sh -c 'exit 3'", "sh|-c|exit 3")]
    [InlineData("app $HOME * ; | >x", "app|$HOME|*|;|||>x")]
    [InlineData("app a\\", "app|a\\")]
    public void Words_are_split_as_a_shell_does_and_nothing_is_expanded(string line, string words) =>
        Assert.Equal(words, string.Join('|', ShellWords.Split(line)));

    [Theory]
    [InlineData("", "names no program")]
    [InlineData("  ", "names no program")]
    [InlineData("'' x", "names no program")]
    [InlineData("app 'x", "the quote ' at character 5 is not closed")]
    [InlineData("app \"x", "the quote \" at character 5 is not closed")]
    public void What_is_no_command_is_told(string line, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => ShellWords.Split(line)).Message, StringComparison.Ordinal);
}
