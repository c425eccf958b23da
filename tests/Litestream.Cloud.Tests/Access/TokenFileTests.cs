using Litestream.Cloud.Access;
using Litestream.Fleet;
using Litestream.Http;

namespace Litestream.Cloud.Tests.Access;

public sealed class TokenFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void A_token_that_was_made_lets_its_holder_in_with_its_scopes_and_nobody_else()
    {
        var (line, person) = (new StringWriter(), new StringWriter());
        Assert.Equal(0, TokenCommand.Run(["ci", "fleet.restore,fleet.read"], line, person));
        var token = person.ToString().Trim().Split(' ')[^1];
        Assert.DoesNotContain(token, line.ToString(), StringComparison.Ordinal);
        var access = new TokenAccess(Read("# who may\n\n" + line));
        var actor = access.Find("Bearer " + token);
        Assert.Equal("ci", actor?.Name);
        Assert.Equal([ScopeWords.Read, ScopeWords.Restore], actor!.Scopes.Order());
        Assert.Null(access.Find("Bearer " + token[..^1]));
        Assert.Null(access.Find("Bearer " + token + "x"));
        Assert.Null(access.Find("Bearer " + line.ToString().Trim().Split(' ')[^1]));
    }

    [Fact]
    public void No_two_tokens_are_the_same()
    {
        var person = new StringWriter();
        TokenCommand.Run(["a", "fleet.read"], TextWriter.Null, person);
        TokenCommand.Run(["a", "fleet.read"], TextWriter.Null, person);
        var lines = person.ToString().Trim().Split('\n');
        Assert.NotEqual(lines[0], lines[1]);
    }

    [Theory]
    [InlineData("", "no token")]
    [InlineData("# only a remark", "no token")]
    [InlineData("ci fleet.read", "line 1 is not: name scope,scope sha256")]
    [InlineData("ci fleet.read secret", "line 1: the last word is not the SHA-256")]
    [InlineData("ci fleet.raed HASH", "\"fleet.raed\" is no scope")]
    [InlineData("ci fleet.read, HASH", "\"\" is no scope")]
    [InlineData("c/i fleet.read HASH", "\"c/i\" is no name")]
    [InlineData("# x\nci fleet.read HASH\nci fleet.admin OTHER", "line 3: ci or its token is there already")]
    [InlineData("ci fleet.read HASH\ncd fleet.admin HASH", "line 2: cd or its token is there already")]
    public void A_mistake_is_told_with_its_line(string text, string said)
    {
        var hash = Convert.ToHexStringLower(BearerToken.Hash("secret"));
        var error = Assert.Throws<StartException>(() => Read(text.Replace("HASH", hash, StringComparison.Ordinal).Replace("OTHER", new string('0', 64), StringComparison.Ordinal)));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scope_that_is_nearly_one_is_suggested()
    {
        var error = Assert.Throws<StartException>(() => TokenCommand.Run(["ci", "fleet.raed"], TextWriter.Null, TextWriter.Null));
        Assert.Equal("did you mean fleet.read?", error.Hint);
    }

    [Fact]
    public void A_file_that_anybody_may_write_to_is_refused()
    {
        var line = new StringWriter();
        TokenCommand.Run(["ci", "fleet.read"], line, TextWriter.Null);
        File.WriteAllText(_path, line.ToString());
        if (OperatingSystem.IsWindows())
            return;
        File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.OtherWrite);
        Assert.Contains("may write to", Assert.Throws<StartException>(() => TokenFile.Read(_path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_an_error_and_not_an_open_door() =>
        Assert.Contains("cannot be read", Assert.Throws<StartException>(() => TokenFile.Read(_path + ".none")).Message, StringComparison.Ordinal);

    private IReadOnlyList<KnownToken> Read(string text)
    {
        File.WriteAllText(_path, text);
        return TokenFile.Read(_path);
    }
}
