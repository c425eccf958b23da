namespace Litestream.Agent.Demo;

/// <summary>How this program was started, to start it again and to tell people how to.</summary>
internal static class DemoProgram
{
    public static string FileName => Environment.ProcessPath ?? "litestream";

    /// <summary>The assembly, when it is run by <c>dotnet litestream.dll</c>; else nothing.</summary>
    public static IReadOnlyList<string> FirstArguments =>
        Path.GetFileNameWithoutExtension(FileName) == "dotnet" ? [Path.GetFullPath(Environment.GetCommandLineArgs()[0])] : [];

    /// <summary>What to type in the working directory to run this very program.</summary>
    public static string Typed(string workingDirectory)
    {
        var words = FirstArguments.Prepend(FileName).Select(word => Relative(word, workingDirectory));
        return string.Join(' ', words.Select(Quoted));
    }

    public static string Quoted(string word) =>
        word.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or ':' or '=' or '%' or '+') ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string Relative(string path, string workingDirectory)
    {
        var relative = Path.GetRelativePath(workingDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? path
            : relative.Contains('/', StringComparison.Ordinal) ? relative
            : $"./{relative}";
    }
}
