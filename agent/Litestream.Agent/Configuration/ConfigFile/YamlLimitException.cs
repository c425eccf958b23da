namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>YAML that we do not take: reading ends here.</summary>
internal sealed class YamlLimitException(Position at, string message, string? hint) : Exception(message)
{
    public Position At => at;

    public string? Hint => hint;
}
