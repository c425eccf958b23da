using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Litestream.Agent.Configuration;

namespace Litestream.Agent.Commands;

/// <summary>
/// Flags in the style their users know: <c>-watch-dir</c>, and <c>--watch-dir</c> means the same. Every flag says in its own
/// words what it expects.
/// </summary>
internal static class Flag
{
    public static Option<string?> Text(string name, string value, string description) =>
        Named(new Option<string?>(name, "-" + name), value, description, result => NotEmpty(name, result));

    /// <summary>May be given several times; commas separate, too.</summary>
    public static Option<string[]> List(string name, string value, string description)
    {
        var option = Named(new Option<string[]>(name, "-" + name), value, description, result =>
            [.. result.Tokens.SelectMany(t => t.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))]);
        option.Arity = ArgumentArity.OneOrMore;
        option.AllowMultipleArgumentsPerToken = false;
        return option;
    }

    public static Option<bool> Switch(string name, string description) => new(name, "-" + name) { Description = description };

    /// <summary>Without <paramref name="most"/> any length goes; what feeds a timer needs one, as timers know no more than some weeks.</summary>
    public static Option<TimeSpan?> Duration(string name, string description, TimeSpan least, TimeSpan? most = null) =>
        Named(new Option<TimeSpan?>(name, "-" + name), "TIME", description, result =>
        {
            var text = result.Tokens[0].Value;
            if (!DurationText.TryParse(text, out var duration))
                result.AddError($"{name}: \"{text}\" is no duration (100ms, 1s, 5m, 1h, 7d)");
            else if (duration < least)
                result.AddError($"{name}: {text} is too short; the least is {DurationText.Format(least)}");
            else if (duration > most)
                result.AddError($"{name}: {text} is too long; the most is {DurationText.Format(most.Value)}");
            return duration;
        });

    public static Option<TimeSpan[]?> Durations(string name, string description) =>
        Named(new Option<TimeSpan[]?>(name, "-" + name), "TIMES", description, result =>
        {
            var durations = new List<TimeSpan>();
            foreach (var text in result.Tokens[0].Value.Split(',', StringSplitOptions.TrimEntries))
            {
                if (!DurationText.TryParse(text, out var duration) || duration <= TimeSpan.Zero)
                    result.AddError($"{name}: \"{text}\" is no duration (30s,5m,1h)");
                durations.Add(duration);
            }
            return durations.ToArray();
        });

    public static Option<long?> Size(string name, string description, long least) =>
        Named(new Option<long?>(name, "-" + name), "SIZE", description, result =>
        {
            var text = result.Tokens[0].Value;
            if (!SizeText.TryParse(text, out var bytes))
                result.AddError($"{name}: \"{text}\" is no size (64MB, 1GB)");
            else if (bytes < least)
                result.AddError($"{name}: {text} is too small; the least is {SizeText.Format(least)}");
            return bytes;
        });

    public static Option<int?> Number(string name, string description, int least, int most, string value = "N") =>
        Named(new Option<int?>(name, "-" + name), value, description, result =>
        {
            var text = result.Tokens[0].Value;
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < least || number > most)
                result.AddError($"{name}: \"{text}\" is no number from {least} to {most}");
            return number;
        });

    /// <summary>Seconds as a plain number, as Litestream has it, or any duration.</summary>
    public static Option<int?> Seconds(string name, string description, int most) =>
        Named(new Option<int?>(name, "-" + name), "SECONDS", description, result =>
        {
            var text = result.Tokens[0].Value;
            var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds);
            if (!isNumber && DurationText.TryParse(text, out var duration))
                (isNumber, seconds) = (true, (int)Math.Min(Math.Ceiling(duration.TotalSeconds), int.MaxValue));
            if (!isNumber || seconds < 1 || seconds > most)
                result.AddError($"{name}: \"{text}\" is no number of seconds from 1 to {most}");
            return seconds;
        });

    public static Option<string?> OneOf(string name, string value, string description, params string[] words) =>
        Named(new Option<string?>(name, "-" + name), value, $"{description}: {string.Join(", ", words)}", result =>
        {
            var text = result.Tokens[0].Value;
            if (!words.Contains(text, StringComparer.Ordinal))
                result.AddError($"{name}: \"{text}\" is none of {string.Join(", ", words)}");
            return text;
        });

    private static Option<T> Named<T>(Option<T> option, string value, string description, Func<ArgumentResult, T> parse)
    {
        option.HelpName = value;
        option.Description = description;
        option.CustomParser = parse;
        return option;
    }

    private static string NotEmpty(string name, ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (string.IsNullOrWhiteSpace(text))
            result.AddError($"{name}: the value is empty");
        else if (text.Contains('\0', StringComparison.Ordinal))
            result.AddError($"{name}: the value contains a zero byte");
        return text;
    }
}
