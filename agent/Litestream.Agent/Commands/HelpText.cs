using System.CommandLine;

namespace Litestream.Agent.Commands;

/// <summary>Help that fits a screen: what the command does, its flags by what they are for, and an example of each use.</summary>
internal static class HelpText
{
    private const int FlagColumn = 32;
    private const int VerbColumn = 12;

    public static void Write(ProgramCommand command, TextWriter output)
    {
        output.WriteLine($"{command.Description}.");
        output.WriteLine();
        output.WriteLine($"  litestream {command.Name} {command.ArgumentsText}".TrimEnd());
        foreach (var (title, flags) in command.Groups)
        {
            output.WriteLine();
            output.WriteLine(title);
            foreach (var flag in flags.Where(f => !f.Hidden))
                WriteFlag(flag, output);
        }
        WriteExamples(command.Examples, output);
    }

    /// <summary>Help of the program itself.</summary>
    public static void WriteProgram(IEnumerable<Command> commands, TextWriter output)
    {
        output.WriteLine("Litestream streams SQLite databases to a replica and restores any of them, at any moment.");
        output.WriteLine();
        output.WriteLine("  litestream -watch-dir DIRS [-replica URL]      replicate every <guid>.db in the directories");
        output.WriteLine("  litestream COMMAND [flags]");
        output.WriteLine();
        output.WriteLine("Commands");
        foreach (var command in commands.Where(c => !c.Hidden))
            output.WriteLine($"  {command.Name,-VerbColumn}{command.Description}");
        output.WriteLine();
        output.WriteLine("`litestream COMMAND -help` lists the flags of a command. New here? `litestream demo` shows it all on made-up data.");
    }

    private static void WriteFlag(Option flag, TextWriter output)
    {
        var left = $"  {flag.Name} {flag.HelpName}".TrimEnd();
        output.WriteLine(left.Length < FlagColumn ? $"{left.PadRight(FlagColumn)}{flag.Description}" : $"{left}  {flag.Description}");
    }

    private static void WriteExamples(IReadOnlyList<(string Line, string Meaning)> examples, TextWriter output)
    {
        if (examples.Count == 0)
            return;
        output.WriteLine();
        output.WriteLine("Examples");
        foreach (var (line, meaning) in examples)
        {
            output.WriteLine($"  # {meaning}");
            output.WriteLine($"  {line}");
        }
    }
}
