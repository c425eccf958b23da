using Litestream.Agent.Drills;
using Litestream.Fleet.Items;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Agent.Tests.Drills;

/// <summary>What drills came to, over restarts.</summary>
public sealed class DrillBookTests : IDisposable
{
    private static readonly DateTimeOffset Start = ItemTimeNow();

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_failure_stands_until_one_passes_whatever_says_nothing_between()
    {
        var tenant = Guid.NewGuid();
        await using (var book = Open())
        {
            Note(book, tenant, 0, ProofVerdicts.Pass);
            Note(book, tenant, 1, ProofVerdicts.Fail);
            Note(book, tenant, 2, ProofVerdicts.Inconclusive);
        }
        await using (var again = Open())
        {
            var known = again.Find(tenant)!;
            Assert.Equal((ProofVerdicts.Inconclusive, Start, Start.AddHours(1), "of hour 1"), (known.Last.Verdict, known.Pass!.At, known.Failure!.At, known.Failure.Detail));
            Assert.Equal((true, Start.AddHours(2)), (again.HasFailures, again.LastAt));
            Note(again, tenant, 3, ProofVerdicts.Pass);
            Assert.False(again.HasFailures);
        }
        await using var last = Open();
        Assert.Equal((false, 1), (last.HasFailures, last.Find(tenant)!.Known.Count()));
    }

    [Fact]
    public async Task Its_file_does_not_grow_with_the_years_and_a_line_that_was_cut_is_none()
    {
        var tenants = Enumerable.Range(0, 10).Select(_ => Guid.NewGuid()).ToList();
        await using (var book = Open())
        {
            for (var hour = 0; hour < 2500; hour++)
                Note(book, tenants[hour % 10], hour, ProofVerdicts.Pass);
        }
        Assert.InRange((await File.ReadAllLinesAsync(_folder[DrillBook.FileName])).Length, 10, 1050);
        await File.AppendAllTextAsync(_folder[DrillBook.FileName], "{\"pk\":\"PROOF#12\",\"sk\":\"123");
        await using (var again = Open())
        {
            Assert.All(tenants, t => Assert.InRange(again.Find(t)!.Last.At, Start.AddHours(2490), Start.AddHours(2500)));
            Note(again, tenants[0], 2600, ProofVerdicts.Fail);
        }
        // What is noted behind it is a line of its own.
        await using var last = Open();
        Assert.Equal(Start.AddHours(2600), last.Find(tenants[0])!.Failure?.At);
    }

    private DrillBook Open() => new(_folder.Path, TimeProvider.System, NullLogger.Instance);

    private static void Note(DrillBook book, Guid tenant, int hour, string verdict) => book.Note(new() { Tenant = tenant, At = Start.AddHours(hour), Verdict = verdict, By = "web-1", Detail = $"of hour {hour}" });

    private static DateTimeOffset ItemTimeNow() => Litestream.Fleet.Table.ItemTime.Rounded(DateTimeOffset.UtcNow);
}
