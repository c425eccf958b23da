using Litestream.Contract;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Http;

namespace Litestream.Contract.Jobs;

/// <summary>A page of jobs, the newest first, month after month into the past.</summary>
internal sealed record JobPage(IReadOnlyList<JobRecord> Jobs, string? Next)
{
    private const int DefaultLimit = 20;
    private const int LargestLimit = 50;

    /// <summary>How far back the list goes.</summary>
    private const int Months = 13;

    private const int LastMonth = 9999 * 12;

    /// <summary>Of a page: jobs of other kinds lie between.</summary>
    private const int MostQueries = 20;

    /// <param name="context">Where they are.</param>
    /// <param name="kind">Only these, of <see cref="JobKinds"/>.</param>
    /// <param name="query">Of the request.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task<JobPage> ReadAsync(ContractContext context, string kind, IQueryCollection query, CancellationToken stop)
    {
        var list = $"{kind}s";
        QueryText.Know(query, "limit", "cursor");
        var limit = QueryText.Number(query, "limit", DefaultLimit, LargestLimit);
        // The shard of its cursor is a month, counted from year 0: a list begun in one goes on in the next.
        var cursor = Lists.Cursor(QueryText.Text(query, "cursor"), list, LastMonth);
        var newest = NumberOf(context.Time.GetUtcNow());
        var month = cursor?.Shard ?? newest;
        if (month <= newest - Months || month > newest)
            throw Lists.BadCursor();
        var after = Lists.After(cursor, FleetKeys.JobPartition(TimeOf(month)));
        var jobs = new List<JobRecord>();
        for (var queries = 0; queries < MostQueries && month > newest - Months && jobs.Count < limit; queries++)
        {
            (var items, after) = await context.Reads.QueryAsync(ItemQuery.Jobs(TimeOf(month)), limit - jobs.Count, after, stop);
            jobs.AddRange(context.Reads.Readable(items, JobItem.Read).Where(j => j.Kind == kind));
            if (after is null)
                month--;
        }
        return new(jobs, month > newest - Months ? new PageCursor(list, month, after is null ? null : Lists.SortOnly(after)).ToString() : null);
    }

    private static int NumberOf(DateTimeOffset time) => (time.UtcDateTime.Year * 12) + time.UtcDateTime.Month - 1;

    private static DateTimeOffset TimeOf(int month) => new(month / 12, (month % 12) + 1, 1, 0, 0, 0, TimeSpan.Zero);
}
