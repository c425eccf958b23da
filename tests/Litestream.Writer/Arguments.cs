using System.Globalization;

namespace Litestream.Writer;

/// <summary>Positional words and <c>-name value</c> options; the flags, which take no value, are listed here.</summary>
internal sealed class Arguments
{
    private static readonly HashSet<string> Flags = ["create", "digest", "full"];
    private readonly Dictionary<string, string> _options = [];

    public Arguments(string[] words)
    {
        for (var i = 0; i < words.Length; i++)
        {
            var name = words[i].TrimStart('-');
            if (!words[i].StartsWith('-'))
                Paths.Add(words[i]);
            else if (Flags.Contains(name))
                _options[name] = "";
            else if (i + 1 < words.Length)
                _options[name] = words[++i];
            else
                throw new ArgumentException($"-{name} needs a value");
        }
    }

    public List<string> Paths { get; } = [];

    public string OnlyPath => Paths is [var path] ? path : throw new ArgumentException("this verb needs exactly one path");

    public bool Has(string name) => _options.ContainsKey(name);

    public string Text(string name, string fallback) => _options.GetValueOrDefault(name, fallback);

    public string? OptionalText(string name) => _options.GetValueOrDefault(name);

    public int Number(string name, int fallback) =>
        _options.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;

    public long LongNumber(string name, long fallback) =>
        _options.TryGetValue(name, out var text) ? long.Parse(text, CultureInfo.InvariantCulture) : fallback;

    public double Fraction(string name, double fallback) =>
        _options.TryGetValue(name, out var text) ? double.Parse(text, CultureInfo.InvariantCulture) : fallback;
}
