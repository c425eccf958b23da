namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>Gathers what is wrong with one file, so that a person mends all of it at once.</summary>
/// <param name="file">As the user named it.</param>
internal sealed class ConfigurationProblems(string file)
{
    private const int Most = 20;

    private readonly List<ConfigurationProblem> _problems = [];

    public int Count => _problems.Count;

    public void Add(Position at, string message, string? hint = null)
    {
        // One sentence for a place: what follows from the first mistake there helps nobody.
        if (_problems.Count < Most && !_problems.Exists(p => p.At == at))
            _problems.Add(new(at, message, hint));
    }

    public void ThrowIfAny()
    {
        if (_problems.Count > 0)
            throw new ConfigurationException(file, [.. _problems.OrderBy(p => (p.At.Line, p.At.Column))]);
    }
}
