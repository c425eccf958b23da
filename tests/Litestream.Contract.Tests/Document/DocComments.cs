using System.Net;
using System.Text.RegularExpressions;
using Litestream.Fleet;

namespace Litestream.Contract.Tests.Document;

/// <summary>What the treaty's source says of its records, members and words: the comments are the document's descriptions.</summary>
internal sealed partial class DocComments
{
    private readonly Dictionary<string, string> _raw = new(StringComparer.Ordinal);

    private DocComments()
    {
    }

    public static DocComments Read(string folder)
    {
        var comments = new DocComments();
        foreach (var file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Where(f => !f.Contains("/obj/", StringComparison.Ordinal)))
            comments.ReadFile(File.ReadAllLines(file));
        return comments;
    }

    /// <summary>As it is written; null when there is none.</summary>
    public string? Raw(string type, string? member = null) => _raw.GetValueOrDefault(member is null ? type : $"{type}.{member}");

    /// <summary>For people.</summary>
    public string? Text(string type, string? member = null) => Raw(type, member) is { } raw ? Plain(raw) : null;

    /// <summary>Names of ours become what a reader of the document sees: a word as it is sent, a member as it is written, a closed list as the list that stands beside it.</summary>
    private static string Plain(string raw)
    {
        var text = OneOf().Replace(raw, m => m.Value[0] == 'O' ? "A word of the list" : "a word of the list");
        text = Reference().Replace(text, m => m.Groups[1].Value.Split('.') switch
        {
            [.., var list, var word] when WordOf(list, word) is { } value => value,
            [.., var name] when IsList(name) => "the list",
            [.., var name] => char.ToLowerInvariant(name[0]) + name[1..],
            _ => "",
        });
        return WebUtility.HtmlDecode(Tag().Replace(text, "")).Trim();
    }

    private static bool IsList(string name) => typeof(StatusWords).Assembly.GetTypes().Any(t => t.Name == name && t is { IsAbstract: true, IsSealed: true });

    private static string? WordOf(string list, string word) =>
        typeof(StatusWords).Assembly.GetTypes().FirstOrDefault(t => t.Name == list)?.GetField(word) is { IsLiteral: true } field ? field.GetRawConstantValue() as string : null;

    private void ReadFile(string[] lines)
    {
        var (type, comment) = ("", new List<string>());
        foreach (var line in lines.Select(l => l.Trim()))
        {
            if (line.StartsWith("///", StringComparison.Ordinal))
            {
                comment.Add(line[3..].Trim());
                continue;
            }
            if (line.Length == 0 || line[0] == '[')
                continue;
            var text = string.Join(' ', comment);
            if (Type().Match(line) is { Success: true } found)
                type = Add(found.Groups[1].Value, null, text);
            else if (Member().Match(line) is { Success: true } member)
                Add(type, member.Groups[1].Value, text);
            comment.Clear();
        }
    }

    private string Add(string type, string? member, string text)
    {
        if (Summary().Match(text) is { Success: true } summary)
            _raw[member is null ? type : $"{type}.{member}"] = summary.Groups[1].Value.Trim();
        foreach (Match parameter in Parameter().Matches(text))
            _raw[$"{type}.{parameter.Groups[1].Value}"] = parameter.Groups[2].Value.Trim();
        return type;
    }

    [GeneratedRegex(@"^public (?:sealed |static )*(?:record|class) (\w+)")]
    private static partial Regex Type();

    [GeneratedRegex(@"^public (?:required |const )*[\w<>?, \[\]]+ (\w+) (?:\{|=)")]
    private static partial Regex Member();

    [GeneratedRegex("<summary>(.*?)</summary>")]
    private static partial Regex Summary();

    [GeneratedRegex("""<param name="(\w+)">(.*?)</param>""")]
    private static partial Regex Parameter();

    [GeneratedRegex("""<see cref="([\w.]+)"/>""")]
    private static partial Regex Reference();

    [GeneratedRegex("""[Oo]ne of <see cref="[\w.]*(?:Words|Codes|Kinds|States|Verdicts|Errors)"/>""")]
    private static partial Regex OneOf();

    [GeneratedRegex("</?c>")]
    private static partial Regex Tag();
}
