using Litestream.Writer.Workload;

namespace Litestream.Writer.Verbs;

/// <summary>Commits at random to many databases until time or count is up, or SIGTERM; prints totals as <c>name=value</c>.</summary>
internal static class WriteVerb
{
    public static int Run(Arguments arguments)
    {
        var owned = new List<string>(arguments.Paths);
        if (arguments.OptionalText("dir") is { } directory)
            owned.AddRange(Directory.EnumerateFiles(directory, "*.db").Order(StringComparer.Ordinal));
        if (arguments.OptionalText("list") is { } list)
            owned.AddRange(File.ReadAllLines(list));

        var options = new WorkloadOptions
        {
            Writer = arguments.Number("id", 1),
            Seed = arguments.Number("seed", 1),
            Mix = Mix.Parse(arguments.Text("mix", Mix.Default)),
            TransactionsPerSecond = arguments.Fraction("rate", 0),
            Duration = arguments.Has("seconds") ? TimeSpan.FromSeconds(arguments.Fraction("seconds", 0)) : TimeSpan.MaxValue,
            MaxTransactions = arguments.LongNumber("transactions", long.MaxValue),
            Session = Enum.Parse<SessionHabit>(arguments.Text("session", "keep"), ignoreCase: true),
            Synchronous = arguments.OptionalText("synchronous") is { } asked ? Enum.Parse<Synchronous>(asked, ignoreCase: true) : null,
            ChurnProbability = arguments.Fraction("churn", 0),
            TemplateDirectory = arguments.OptionalText("templates"),
        };
        var shared = arguments.OptionalText("shared") is { } sharedList ? File.ReadAllLines(sharedList) : [];

        using var log = new AcknowledgedLog(arguments.OptionalText("log"));
        using var load = new TenantLoad(options, owned, shared, log);
        using var stop = SigtermStop.Register(load.Stop);
        var totals = load.Run();
        Console.WriteLine(totals);
        return totals.Failures == 0 ? 0 : 1;
    }
}
