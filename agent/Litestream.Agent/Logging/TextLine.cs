using System.Globalization;
using System.Text;

namespace Litestream.Agent.Logging;

/// <summary><c>12:00:01.042 warn  Not replicated: …</c>: time of day, level where it is not the usual one, message. An error that we know the text of shows no stack.</summary>
internal sealed class TextLine : ILineFormat
{
    public string Format<TState>(DateTimeOffset time, LogLevel level, EventId id, TState state, string message, Exception? error)
    {
        var line = new StringBuilder(96);
        line.Append(time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture));
        line.Append(level switch
        {
            LogLevel.Trace => " trace ",
            LogLevel.Debug => " debug ",
            LogLevel.Warning => " WARN  ",
            LogLevel.Error => " ERROR ",
            LogLevel.Critical => " FATAL ",
            _ => " info  ",
        });
        AppendOneLine(line, message);
        if (error is LitestreamException known)
        {
            AppendOneLine(line.Append(": "), known.Message);
            if (known.Hint is not null)
                AppendOneLine(line.Append(" (hint: "), known.Hint).Append(')');
        }
        else if (error is not null)
            line.AppendLine().Append(error);
        return line.ToString();
    }

    /// <summary>A file name may contain a line break; a log line may not, or anybody could write lines of his own into the log.</summary>
    private static StringBuilder AppendOneLine(StringBuilder line, string text)
    {
        foreach (var c in text)
            line.Append(char.IsControl(c) ? '\uFFFD' : c);
        return line;
    }
}
