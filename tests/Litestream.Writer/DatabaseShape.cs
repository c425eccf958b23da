namespace Litestream.Writer;

/// <summary>How a new database is to look. User version and application id are unusual so that a change of them is seen.</summary>
internal sealed record DatabaseShape
{
    private static readonly int[] PageSizes = [512, 1024, 2048, 4096, 4096, 4096, 8192, 16384, 32768, 65536];

    public int PageSize { get; init; } = 4096;

    public string AutoVacuum { get; init; } = "none";

    public string JournalMode { get; init; } = "wal";

    public int Rows { get; init; }

    public int UserVersion { get; init; } = 77;

    public int ApplicationId { get; init; } = 1_280_333_396;

    public string Incarnation { get; init; } = Guid.NewGuid().ToString("N");

    public static DatabaseShape AtRandom(Random random) => new()
    {
        PageSize = PageSizes[random.Next(PageSizes.Length)],
        AutoVacuum = random.Next(4) switch { 0 => "full", 1 => "incremental", _ => "none" },
        // Some applications never ask for WAL; the agent does it for them.
        JournalMode = random.Next(8) == 0 ? "delete" : "wal",
        Rows = random.Next(200),
        UserVersion = random.Next(1, 1000),
        Incarnation = random.NextInt64().ToString("x16"),
    };
}
