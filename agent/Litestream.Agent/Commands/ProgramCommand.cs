using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Litestream.Agent.Commands;

/// <summary>A command together with its help: flags in groups, a line each, and examples.</summary>
internal sealed class ProgramCommand : Command
{
    private readonly List<(string Title, Option[] Flags)> _groups = [];
    private readonly List<(string Line, string Meaning)> _examples = [];

    /// <param name="name">The verb.</param>
    /// <param name="summary">One line, for the list of commands.</param>
    /// <param name="arguments">How it is called, after the verb.</param>
    public ProgramCommand(string name, string summary, string arguments)
        : base(name, summary)
    {
        ArgumentsText = arguments;
        Options.Add(new HelpOption("-help", "--help", "-h", "-?") { Action = new ShowHelp(this) });
    }

    public string ArgumentsText { get; }

    public IReadOnlyList<(string Title, Option[] Flags)> Groups => _groups;

    public IReadOnlyList<(string Line, string Meaning)> Examples => _examples;

    public ProgramCommand Group(string title, params Option[] flags)
    {
        _groups.Add((title, flags));
        foreach (var flag in flags)
            Options.Add(flag);
        return this;
    }

    public ProgramCommand Example(string line, string meaning)
    {
        _examples.Add((line, meaning));
        return this;
    }

    private sealed class ShowHelp(ProgramCommand command) : SynchronousCommandLineAction
    {
        public override bool Terminating => true;

        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            HelpText.Write(command, parseResult.InvocationConfiguration.Output);
            return ExitCode.Done;
        }
    }
}
