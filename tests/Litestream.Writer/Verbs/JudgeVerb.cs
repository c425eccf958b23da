using Litestream.Writer.History;
using Microsoft.Data.Sqlite;

namespace Litestream.Writer.Verbs;

/// <summary>
/// Answers questions about histories, a line each: <c>restored FILE LIVE</c>, <c>live FILE</c>, <c>digest FILE</c>, their words split by tabs.
/// A process that stays, because a test that kills a thousand times asks thousands of times.
/// </summary>
internal static class JudgeVerb
{
    public static int Run(Arguments arguments)
    {
        var judge = new Judge(new Archive(arguments.OnlyPath));
        while (Console.In.ReadLine() is { } question)
            Console.WriteLine(Answer(judge, question.Split('\t')));
        return 0;
    }

    private static string Answer(Judge judge, string[] question)
    {
        try
        {
            return question switch
            {
                ["restored", var restored, var live] => judge.OfRestored(restored, live),
                ["live", var live] => Judge.OfLive(live),
                ["digest", var path] => "ok\t" + DumpVerb.Digest(path),
                _ => "wrong\tquestion\t" + string.Join(' ', question),
            };
        }
        catch (SqliteException error)
        {
            return $"wrong\t{(error.SqliteErrorCode is 5 or 14 ? "busy" : "sound")}\t{error.Message.ReplaceLineEndings(" ")}";
        }
    }
}
