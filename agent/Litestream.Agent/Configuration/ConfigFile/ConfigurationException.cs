namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>The configuration file does not say what to do. Ends with <see cref="ExitCode.WrongUsage"/>; every problem on a line of its own, as editors jump to them.</summary>
internal sealed class ConfigurationException(string file, IReadOnlyList<ConfigurationProblem> problems)
    : LitestreamException(Text(file, problems), hint: problems.Count == 1 ? problems[0].Hint : null)
{
    public IReadOnlyList<ConfigurationProblem> Problems => problems;

    private static string Text(string file, IReadOnlyList<ConfigurationProblem> problems) => problems.Count == 1
        ? $"{file}:{problems[0].At}: {problems[0].Message}"
        : $"{file}: {problems.Count} things are wrong{string.Concat(problems.Select(p => $"\n  {file}:{p.At}: {p.Message}{(p.Hint is null ? "" : $" ({p.Hint})")}"))}";
}
