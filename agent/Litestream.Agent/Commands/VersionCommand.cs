using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Litestream.Agent.Commands;

/// <summary><c>litestream version</c></summary>
internal static class VersionCommand
{
    public static ProgramCommand Create(CommandContext context)
    {
        var json = Flag.Switch("-json", "the result as JSON");
        var command = new ProgramCommand("version", "Show the versions of the program, .NET and SQLite", "[-json]").Group("Flags", json);
        command.SetAction(parsed =>
        {
            context.Out.WriteLine(parsed.GetValue(json) ? Json() : Text());
            return ExitCode.Done;
        });
        return command;
    }

    private static string Text() =>
        $"litestream {ProgramVersion.Text}  (SQLite {SqliteLibrary.Version} {SqliteLibrary.Source}, .NET {Environment.Version} {Compiled()}, {RuntimeInformation.RuntimeIdentifier})";

    private static string Json() => JsonSerializer.Serialize(
        new VersionAnswer(ProgramVersion.Text, SqliteLibrary.Version, SqliteLibrary.Source, Environment.Version.ToString(), Compiled(), RuntimeInformation.RuntimeIdentifier),
        AgentJson.Default.VersionAnswer);

    private static string Compiled() => RuntimeFeature.IsDynamicCodeCompiled ? "JIT" : "native";
}
