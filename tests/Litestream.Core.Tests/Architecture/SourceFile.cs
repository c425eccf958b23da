using System.Text.RegularExpressions;

namespace Litestream.Core.Tests.Architecture;

/// <summary>A C# file by its path from the repository's root.</summary>
internal sealed partial record SourceFile(string Path, string Text)
{
    /// <summary>The text without comments and the contents of strings, so that only code is judged.</summary>
    public string Code => CommentsAndStrings().Replace(Text, match => match.Value[0] == '/' ? "" : "\"\"");

    public string FileName => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The types declared directly in the file's namespace.</summary>
    public IEnumerable<(string Modifiers, string Kind, string Name)> TopLevelTypes =>
        TypeDeclaration().Matches(Code).Select(match => (match.Groups["modifiers"].Value, match.Groups["kind"].Value, match.Groups["name"].Value));

    public string? Namespace => NamespaceDeclaration().Match(Code) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex("""//[^\n]*|/\*.*?\*/|\$*\"{3,}.*?\"{3,}|[@$]*"(?:\\.|""|[^"\\\n])*"|'(?:\\.|[^'\\])+'""", RegexOptions.Singleline)]
    private static partial Regex CommentsAndStrings();

    [GeneratedRegex("""^(?<modifiers>(?:(?:public|internal|file|static|sealed|abstract|partial|readonly|ref|unsafe)\s+)*)(?<kind>class|struct|interface|enum|record(?:\s+struct|\s+class)?|delegate\s+[\w<>?\[\]]+)\s+(?<name>\w+)""", RegexOptions.Multiline)]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex("""^namespace\s+([\w.]+)""", RegexOptions.Multiline)]
    private static partial Regex NamespaceDeclaration();
}
