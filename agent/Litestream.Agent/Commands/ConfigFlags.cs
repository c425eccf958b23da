using System.CommandLine;
using Litestream.Agent.Configuration;
using Litestream.Agent.Configuration.ConfigFile;

namespace Litestream.Agent.Commands;

/// <summary><c>-config</c>: the file that says what goes where.</summary>
internal sealed class ConfigFlags
{
    /// <summary>Where the file is when nobody says so; only looked at by commands that were told nothing else.</summary>
    public const string UsualPath = "/etc/litestream.yml";

    public Option<string?> Path { get; } = Flag.Text("-config", "FILE", "configuration [$LITESTREAM_CONFIG, " + UsualPath + "]");

    /// <summary>Few need it: in the help of all flags only.</summary>
    public Option<bool> NoExpand { get; } = Hidden(Flag.Switch("-no-expand-env", "leave $NAME and $(date …) in the file as they are"));

    public Option[] Group => [Path, NoExpand];

    /// <summary>The file that is named; null when none is.</summary>
    public ConfigurationFile? Named(ParseResult parsed, CommandContext context) =>
        parsed.GetValue(Path) is { } path ? Read(path, parsed, context) : null;

    /// <summary>The file that is named, or the environment's, or the usual one if it exists; null without any.</summary>
    public ConfigurationFile? Find(ParseResult parsed, CommandContext context) =>
        Named(parsed, context)
        ?? (context.Environment.ConfigurationFile is { } variable ? Read(variable, parsed, context)
        : File.Exists(UsualPath) ? Read(UsualPath, parsed, context) : null);

    private static Option<bool> Hidden(Option<bool> flag)
    {
        flag.Hidden = true;
        return flag;
    }

    private ConfigurationFile Read(string path, ParseResult parsed, CommandContext context) =>
        ConfigurationReader.ReadFile(path, !parsed.GetValue(NoExpand), context.Environment, context.Time);

    /// <summary>Two places that say what goes where would be one too many.</summary>
    public static void RefuseWith(string said, ParseResult parsed, IEnumerable<Option> others)
    {
        if (others.FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false }) is { } other)
            throw new UsageException($"{said} and {other.Name} both say what goes where", "leave one of them out");
    }
}
