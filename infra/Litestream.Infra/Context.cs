using System.Globalization;
using System.Text.RegularExpressions;
using Amazon.CDK;

namespace Litestream.Infra;

/// <summary>The CDK's context, read strictly: a value that cannot be meant is a mistake, not a default.</summary>
internal sealed class Context(App app)
{
    /// <summary>Null when it is not given.</summary>
    public string? Text(string name) => app.Node.TryGetContext(name) switch
    {
        null => null,
        string { Length: > 0 } text => text,
        string => throw new SettingsException(name, "the value is empty", "leave it out, or give one"),
        var other => Convert.ToString(other, CultureInfo.InvariantCulture),
    };

    public string? Matching(string name, string pattern, string expected) => Text(name) is not { } text || Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant)
        ? Text(name)
        : throw new SettingsException(name, $"\"{text}\" is none", $"expected {expected}");

    public int? Number(string name, int least, int most) => Text(name) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw new SettingsException(name, $"\"{text}\" is none", string.Create(CultureInfo.InvariantCulture, $"expected {least} to {most}"));
}
