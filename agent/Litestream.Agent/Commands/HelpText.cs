using System.CommandLine;

namespace Litestream.Agent.Commands;

/// <summary>Help that fits a screen of 80 columns: what the command does, its flags by what they are for, and an example of each use.</summary>
internal static class HelpText
{
    private const int Columns = 80;
    private const int FlagColumn = 25;
    private const int VerbColumn = 16;

    /// <param name="command">What is asked about.</param>
    /// <param name="output">Where to.</param>
    /// <param name="all">With the flags that few need.</param>
    public static void Write(ProgramCommand command, TextWriter output, bool all = false)
    {
        WriteWrapped($"{command.Description}.", 0, output);
        output.WriteLine();
        foreach (var use in command.ArgumentsText.Split('\n'))
            WriteWrapped($"  litestream {command.Words} {use}".TrimEnd(), 6, output);
        foreach (var (title, flags, _) in command.Groups.Where(g => all || !g.IsRare))
        {
            output.WriteLine();
            output.WriteLine(title);
            foreach (var flag in flags.Where(f => all || !f.Hidden))
                WriteFlag(flag, output);
        }
        if (!all && command.Groups.Any(g => g.IsRare))
        {
            output.WriteLine();
            WriteWrapped($"More, with -help-all: {string.Join(", ", command.Groups.Where(g => g.IsRare).Select(g => g.Title.ToLowerInvariant()))}", 0, output);
        }
        WriteExamples(command.Examples, output);
    }

    /// <summary>Help of the program itself.</summary>
    public static void WriteProgram(IEnumerable<ProgramCommand> commands, TextWriter output)
    {
        output.WriteLine("Streams SQLite databases to a replica, and restores any of them to any moment.");
        output.WriteLine();
        output.WriteLine("  litestream -watch-dir DIRS [-replica URL]   replicate every <guid>.db in them");
        output.WriteLine("  litestream COMMAND [flags]");
        foreach (var group in commands.Where(c => !c.Hidden).GroupBy(c => c.Chapter))
        {
            output.WriteLine();
            output.WriteLine(group.Key);
            foreach (var command in group)
                WriteWrapped($"  {command.Words,-VerbColumn}{command.Description}", VerbColumn + 2, output);
        }
        output.WriteLine();
        output.WriteLine("`litestream COMMAND -help` lists the flags of a command.");
        output.WriteLine("Exit codes: 0 done, 1 failed, 2 wrong usage, 3 damage found, 130 interrupted.");
        output.WriteLine("New here? `litestream demo` shows it all on made-up data.");
    }

    private static void WriteFlag(Option flag, TextWriter output)
    {
        var left = $"  {flag.Name} {flag.HelpName}".TrimEnd();
        WriteWrapped($"{left.PadRight(FlagColumn - 1)} {(left.Length < FlagColumn ? "" : " ")}{flag.Description}", FlagColumn, output);
    }

    private static void WriteExamples(IReadOnlyList<(string Line, string Meaning)> examples, TextWriter output)
    {
        if (examples.Count == 0)
            return;
        output.WriteLine();
        output.WriteLine("Examples");
        foreach (var (line, meaning) in examples)
        {
            WriteWrapped($"  # {meaning}", 4, output);
            output.WriteLine($"  {line}");
        }
    }

    /// <summary>What does not fit goes on in the next line, behind <paramref name="indent"/>.</summary>
    private static void WriteWrapped(string text, int indent, TextWriter output)
    {
        while (text.Length > Columns && text.LastIndexOf(' ', Columns) is var blank && blank > indent)
        {
            output.WriteLine(text[..blank].TrimEnd());
            text = new string(' ', indent) + text[(blank + 1)..];
        }
        output.WriteLine(text);
    }
}
