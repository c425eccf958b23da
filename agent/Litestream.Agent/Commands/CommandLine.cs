using System.CommandLine;
using Litestream.Agent.Commands.Control;
using Litestream.Agent.Commands.Fleets;
using Litestream.Agent.Configuration.ConfigFile;
using Litestream.Http;

namespace Litestream.Agent.Commands;

/// <summary>From arguments to a command and its exit code. Every error of every command ends here, as a sentence and a hint.</summary>
internal static class CommandLine
{
    private const int LongestArgument = 4096;

    public static async Task<int> RunAsync(string[] arguments, CommandContext context)
    {
        try
        {
            return await InvokeAsync(arguments, context);
        }
        catch (UsageException error)
        {
            return Fail(context, error.Message, error.Hint, ExitCode.WrongUsage);
        }
        catch (LitestreamException error)
        {
            return Fail(context, error.Message, error.Hint, error is ConfigurationException ? ExitCode.WrongUsage : ExitCode.Failed);
        }
        catch (OperationCanceledException) when (context.Stop.IsCancellationRequested)
        {
            return Fail(context, "interrupted", null, ExitCode.Interrupted);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Fail(context, error.Message, null, ExitCode.Failed);
        }
    }

    /// <summary>All commands, in the order of the help.</summary>
    public static IReadOnlyList<ProgramCommand> Commands(CommandContext context) =>
    [
        ReplicateCommand.Create(context).In("Replicate"),
        DemoCommand.Create(context).In("Replicate"),
        DemoWriterCommand.Create(context),
        RestoreCommand.Create(context).In("Get back"),
        VerifyCommand.Create(context).In("Get back"),
        LtxCommand.Create(context).In("Get back"),
        StatusCommand.Create(context).In("Look"),
        DatabasesCommand.Create(context).In("Look"),
        ListCommand.Create(context).In("Look"),
        InfoCommand.Create(context).In("Look"),
        VersionCommand.Create(context).In("Look"),
        SyncCommand.Create(context).In("Tell the agent that runs"),
        DrillCommand.Create(context).In("Tell the agent that runs"),
        StopCommand.Create(context).In("Tell the agent that runs"),
        StartCommand.Create(context).In("Tell the agent that runs"),
        RegisterCommand.Create(context).In("Tell the agent that runs"),
        UnregisterCommand.Create(context).In("Tell the agent that runs"),
        ResetCommand.Create(context).In("While no agent runs"),
        .. FleetCommands.All(context).Select(c => c.In("Ask the API of a fleet")),
    ];

    private static async Task<int> InvokeAsync(string[] arguments, CommandContext context)
    {
        var commands = Commands(context);
        if (arguments.Length == 0 || arguments[0] is "help" or "-help" or "--help" or "-h" or "-?")
        {
            HelpText.WriteProgram(commands, context.Out);
            return ExitCode.Done;
        }
        var words = WithVerb(arguments);
        var command = Find(commands, words);
        var flags = words[(command.Parent is null ? 1 : 2)..];
        CheckFlags(command, flags);

        // No bundling (-force must not become -f -o rce), no response files: an argument means what it says.
        var parsed = command.Parse(flags, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 && parsed.Action is not System.CommandLine.Invocation.SynchronousCommandLineAction { ClearsParseErrors: true })
            throw new UsageException(parsed.Errors[0].Message.TrimEnd('.'), HelpHint(command));
        return await parsed.InvokeAsync(
            new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = context.Out, Error = context.Error },
            context.Stop);
    }

    private static ProgramCommand Find(IReadOnlyList<ProgramCommand> commands, string[] words)
    {
        var said = commands.Any(c => c.Parent == words[0]) ? string.Join(' ', words.Take(2)) : words[0];
        return commands.FirstOrDefault(c => c.Words == said)
            ?? throw new UsageException($"there is no command {Shown(said)}", Suggestion(said, commands.Where(c => !c.Hidden).Select(c => c.Words), "`litestream help` lists the commands"));
    }

    /// <summary>`litestream -watch-dir data` means `litestream replicate -watch-dir data`.</summary>
    private static string[] WithVerb(string[] arguments) => arguments[0] switch
    {
        "-version" or "--version" => ["version", .. arguments[1..]],
        ['-', ..] => ["replicate", .. arguments],
        _ => arguments,
    };

    /// <summary>The parser would take an unknown flag for a positional argument, or for the value of the flag before it.</summary>
    private static void CheckFlags(ProgramCommand command, string[] words)
    {
        var known = command.Options.SelectMany(o => o.Aliases.Append(o.Name).Select(name => (name, o))).ToDictionary(p => p.name, p => p.o, StringComparer.Ordinal);
        for (var i = 0; i < words.Length && words[i] != "--"; i++)
        {
            if (words[i].Length > LongestArgument)
                throw new UsageException($"an argument is longer than {LongestArgument} characters");
            if (words[i] is not ['-', _, ..])
                continue;
            var end = words[i].IndexOfAny(['=', ':']);
            var name = end < 0 ? words[i] : words[i][..end];
            if (!known.TryGetValue(name, out var flag))
                throw new UsageException($"{command.Words} has no flag {Shown(name)}", Suggestion(name, command.Options.Select(o => o.Name), HelpHint(command)));
            if (end >= 0 || flag.ValueType == typeof(bool) || flag.HelpName is null)
                continue;
            if (i + 1 == words.Length || words[i + 1] is ['-', _, ..])
                throw new UsageException($"{flag.Name} needs a value: {flag.Name} {flag.HelpName}", HelpHint(command));
            i++;
        }
    }

    private static string Suggestion(string wanted, IEnumerable<string> known, string otherwise) =>
        NearestName.Find(wanted, known) is { } name ? $"did you mean {name}?" : otherwise;

    private static string HelpHint(ProgramCommand command) => $"`litestream {command.Words} -help` lists the flags";

    private static string Shown(string text) => text.Length <= 60 ? text : text[..60] + "…";

    private static int Fail(CommandContext context, string message, string? hint, int code)
    {
        context.Error.WriteLine($"litestream: {message}");
        if (hint is not null)
            context.Error.WriteLine($"hint: {hint}");
        return code;
    }
}
