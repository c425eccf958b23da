using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Litestream.Agent.Commands;

/// <summary>A command together with its help: flags in groups, a line each, and examples.</summary>
internal sealed class ProgramCommand : Command
{
    private readonly List<(string Title, Option[] Flags, bool IsRare)> _groups = [];
    private readonly List<(string Line, string Meaning)> _examples = [];

    /// <param name="name">The verb.</param>
    /// <param name="summary">One line, for the list of commands.</param>
    /// <param name="arguments">How it is called, after the verb.</param>
    public ProgramCommand(string name, string summary, string arguments)
        : base(name, summary)
    {
        ArgumentsText = arguments;
        Options.Add(new HelpOption("-help", "--help", "-h", "-?") { Action = new ShowHelp(this, all: false) });
        Options.Add(new HelpOption("-help-all", "--help-all") { Action = new ShowHelp(this, all: true) });
    }

    public string ArgumentsText { get; }

    /// <summary>The word before its name; null: there is none.</summary>
    public string? Parent { get; init; }

    /// <summary>As it is typed.</summary>
    public string Words => Parent is null ? Name : $"{Parent} {Name}";

    /// <summary>Under which heading the program's help lists it.</summary>
    public string Chapter { get; private set; } = "";

    public IReadOnlyList<(string Title, Option[] Flags, bool IsRare)> Groups => _groups;

    public IReadOnlyList<(string Line, string Meaning)> Examples => _examples;

    public ProgramCommand In(string chapter)
    {
        Chapter = chapter;
        return this;
    }

    public ProgramCommand Group(string title, params Option[] flags) => Add(title, flags, isRare: false);

    /// <summary>Flags that few need: the help shows them when it is asked for all.</summary>
    public ProgramCommand RareGroup(string title, params Option[] flags) => Add(title, flags, isRare: true);

    public ProgramCommand Example(string line, string meaning)
    {
        _examples.Add((line, meaning));
        return this;
    }

    private ProgramCommand Add(string title, Option[] flags, bool isRare)
    {
        _groups.Add((title, flags, isRare));
        foreach (var flag in flags)
            Options.Add(flag);
        return this;
    }

    private sealed class ShowHelp(ProgramCommand command, bool all) : SynchronousCommandLineAction
    {
        public override bool Terminating => true;

        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            HelpText.Write(command, parseResult.InvocationConfiguration.Output, all);
            return ExitCode.Done;
        }
    }
}
