using Litestream.Writer.History;
using Litestream.Writer.Workload;

namespace Litestream.Writer.Verbs;

/// <summary>Commits numbered transactions to histories until SIGTERM, or until it is killed; prints totals as <c>name=value</c>.</summary>
internal static class HistoryVerb
{
    public static int Run(Arguments arguments)
    {
        var random = new Random(arguments.Number("seed", 1));
        var writer = arguments.Number("id", 1);
        var replacement = new Replacement(random, new Archive(arguments.Text("archive", ".")), arguments.Text("templates", "."));
        var shared = arguments.OptionalText("shared")?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (arguments.Has("create"))
        {
            foreach (var path in arguments.Paths)
                HistoryFile.Create(path, 1, random);
            return 0;
        }

        using var acks = new StreamWriter(arguments.Text("acks", "acks"), append: true) { AutoFlush = true };
        using var load = new HistoryLoad(writer, random, arguments.Paths, shared, replacement, acks) { SyncsAlways = arguments.Has("full") };
        using var stop = SigtermStop.Register(load.Stop);
        load.Run();
        Console.WriteLine($"commits={load.Commits} busy={load.Busy} failures={load.Failures}");
        return load.Failures == 0 ? 0 : 1;
    }
}
