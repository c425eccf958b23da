using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Litestream.Agent.Commands;

/// <summary><c>litestream version</c></summary>
internal static class VersionCommand
{
    public static ProgramCommand Create(CommandContext context)
    {
        var json = Flag.Switch("-json", "the result as JSON");
        var command = new ProgramCommand("version", "Show the versions of the program, .NET and SQLite", "[-json]").Group("Flags", json);
        command.SetAction(parsed => context.Answer(parsed.GetValue(json), Answer(), AgentJson.Default.VersionAnswer, output => output.WriteLine(Text())));
        return command;
    }

    private static string Text() =>
        $"litestream {ProgramVersion.Text}  (SQLite {SqliteLibrary.Version} {SqliteLibrary.Source}, .NET {Environment.Version} {Compiled()}, {RuntimeInformation.RuntimeIdentifier})";

    private static VersionAnswer Answer() =>
        new(ProgramVersion.Text, SqliteLibrary.Version, SqliteLibrary.Source, Environment.Version.ToString(), Compiled(), RuntimeInformation.RuntimeIdentifier);

    private static string Compiled() => RuntimeFeature.IsDynamicCodeCompiled ? "JIT" : "native";
}
