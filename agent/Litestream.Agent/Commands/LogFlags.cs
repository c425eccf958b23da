using System.CommandLine;
using Litestream.Agent.Configuration;

namespace Litestream.Agent.Commands;

internal sealed class LogFlags
{
    public Option<string?> Format { get; } = Flag.OneOf("-log-format", "FORMAT", "of the log", "text", "json");

    public Option<string?> Level { get; } = Flag.OneOf("-log-level", "LEVEL", "log from here on", "trace", "debug", "info", "warn", "error");

    /// <param name="parsed">The command line.</param>
    /// <param name="usual">The level when none is asked for: a command that prints its result does not log it as well.</param>
    public LogOptions Read(ParseResult parsed, LogLevel usual = LogLevel.Information) => Of(parsed.GetValue(Level), parsed.GetValue(Format), usual);

    /// <summary>With what a file says where no flag does.</summary>
    public LogOptions Read(ParseResult parsed, string? level, string? format) =>
        Of(parsed.GetValue(Level) ?? level, parsed.GetValue(Format) ?? format, LogLevel.Information);

    private static LogOptions Of(string? level, string? format, LogLevel usual) => new()
    {
        Json = format == "json",
        Level = level switch
        {
            "trace" => LogLevel.Trace,
            "debug" => LogLevel.Debug,
            "info" => LogLevel.Information,
            "warn" => LogLevel.Warning,
            "error" => LogLevel.Error,
            _ => usual,
        },
    };
}
