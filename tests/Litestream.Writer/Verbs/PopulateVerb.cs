using Litestream.Writer.Workload;

namespace Litestream.Writer.Verbs;

/// <summary>Fills a database up to a size, half of each row compressible.</summary>
internal static class PopulateVerb
{
    public static int Run(Arguments arguments)
    {
        var path = arguments.OnlyPath;
        var target = arguments.LongNumber("size-bytes", 10_000_000);
        var rowBytes = arguments.Number("row-bytes", 1000);
        if (!File.Exists(path))
            DatabaseFile.Create(path, new DatabaseShape());

        using var session = new TenantSession(path, writer: 0, new Random(arguments.Number("seed", 1)));
        var added = 0L;
        // A fifth of the remaining size per transaction, so that the last one is small; rows cost a little more than their bytes.
        while (session.SizeBytes() is var size && size < target)
            added += session.Append((int)Math.Clamp((target - size) / 5 / rowBytes, 1, 20_000), rowBytes);

        Console.WriteLine($"rows={added} bytes={session.SizeBytes()}");
        return 0;
    }
}
