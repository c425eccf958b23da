namespace Litestream.EndToEnd.Programs;

/// <summary>What a finished program said.</summary>
internal sealed record ProgramResult(string Command, int ExitCode, string Output, string Errors)
{
    public string All => Output + Errors;

    public ProgramResult MustSucceed() => Must(0);

    /// <summary>Fails with everything the program said when it ended otherwise.</summary>
    public ProgramResult Must(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"{Command}\nended with {ExitCode}, expected {exitCode}\n{Output}\n{Errors}");
        return this;
    }

    /// <summary>The message has each of these words, case aside.</summary>
    public ProgramResult MustSay(params string[] words)
    {
        foreach (var word in words)
            Assert.True(All.Contains(word, StringComparison.OrdinalIgnoreCase), $"{Command}\ndoes not say '{word}':\n{Output}\n{Errors}");
        return this;
    }
}
