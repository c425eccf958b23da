using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Help;

/// <summary>What the published program answered, as a person would see it in a terminal. What differs from run to run is written the same each time.</summary>
internal sealed partial class CommandsText(Sandbox sandbox)
{
    private readonly StringBuilder _text = new();

    public void Chapter(string title)
    {
        _text.Append('\n').Append(title).Append('\n').Append('=', title.Length).Append('\n');
    }

    /// <param name="line">Behind the program's name.</param>
    /// <param name="exitCode">What it must end with.</param>
    /// <param name="isTable">Its columns are as wide as this run's paths: they are made narrow.</param>
    public async Task RunAsync(string line, int exitCode, bool isTable = false)
    {
        var words = Words().Matches(line).Select(word => word.Value.Trim('\'')).ToArray();
        var result = (await ChildProcess.RunAsync(PublishedProgram.Path, words, sandbox.Root, sandbox.Environment)).Must(exitCode);
        _text.Append("\n$ litestream ").Append(line).Append('\n').Append(isTable ? Blanks().Replace(Same(result.Output + result.Errors), "  ") : Same(result.Output + result.Errors));
        if (exitCode != 0)
            _text.Append($"[exit code {exitCode}]\n");
    }

    public override string ToString() => _text.ToString();

    /// <summary>Paths, times, sizes and sums of this run become words; what the help shows as an example stays.</summary>
    private string Same(string text)
    {
        text = text.Replace(sandbox.Root, "/srv", StringComparison.Ordinal);
        text = StateFolder().Replace(text, "/srv/state/<16 digits>");
        text = Moment().Replace(text, m => DateTime.Parse(m.Value, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal) is var at && Math.Abs((DateTime.UtcNow - at).TotalHours) < 1 ? "<time>" : m.Value);
        text = LogLine().Replace(text, "<time> $1");
        text = Age().Replace(text, "  <age>");
        text = Size().Replace(text, "<size>");
        text = Duration().Replace(text, "in <some> s");
        return Checksum().Replace(text, "<sum>");
    }

    [GeneratedRegex(" {2,}")]
    private static partial Regex Blanks();

    [GeneratedRegex("'[^']*'|[^ ]+")]
    private static partial Regex Words();

    [GeneratedRegex("/srv/state/[0-9a-f]{16}")]
    private static partial Regex StateFolder();

    [GeneratedRegex("20[0-9]{2}-[0-9]{2}-[0-9]{2}[T ][0-9:]{8}(\\.[0-9]+)?Z")]
    private static partial Regex Moment();

    [GeneratedRegex("^20[-0-9]+ [0-9:.]+ (WARN|ERROR)", RegexOptions.Multiline)]
    private static partial Regex LogLine();

    /// <summary>At the end of a table's line, whose columns are as wide as this run's paths.</summary>
    [GeneratedRegex(" +(now|[0-9]+ (s|min) ago)$", RegexOptions.Multiline)]
    private static partial Regex Age();

    [GeneratedRegex("\\bin [0-9]+\\.[0-9]+ s\\b")]
    private static partial Regex Duration();

    [GeneratedRegex("[0-9.]+ [kM]?B\\b")]
    private static partial Regex Size();

    [GeneratedRegex("\\b(?!0{8})[0-9a-f]{16}\\b")]
    private static partial Regex Checksum();
}
