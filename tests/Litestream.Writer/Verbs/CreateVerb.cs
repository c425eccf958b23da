namespace Litestream.Writer.Verbs;

/// <summary>Creates databases with the workload's schema.</summary>
internal static class CreateVerb
{
    public static int Run(Arguments arguments)
    {
        var seed = arguments.Number("seed", -1);
        for (var i = 0; i < arguments.Paths.Count; i++)
        {
            var shape = seed >= 0 ? DatabaseShape.AtRandom(new Random(seed + i)) : new DatabaseShape();
            DatabaseFile.Create(arguments.Paths[i], shape with
            {
                PageSize = arguments.Number("page-size", shape.PageSize),
                AutoVacuum = arguments.Text("auto-vacuum", shape.AutoVacuum),
                JournalMode = arguments.Text("journal", shape.JournalMode),
                Rows = arguments.Number("rows", shape.Rows),
            });
            Console.WriteLine($"created {arguments.Paths[i]}");
        }

        return 0;
    }
}
