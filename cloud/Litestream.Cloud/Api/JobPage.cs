using Litestream.Cloud.Table;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Http;

namespace Litestream.Cloud.Api;

/// <summary>A page of jobs, the newest first, month after month into the past.</summary>
internal sealed record JobPage(IReadOnlyList<JobRecord> Jobs, string? Next)
{
    private const string List = "restores";
    private const int DefaultLimit = 20;
    private const int LargestLimit = 50;

    /// <summary>How far back the list goes.</summary>
    private const int Months = 13;

    public static async Task<JobPage> ReadAsync(CloudContext context, IQueryCollection query, CancellationToken stop)
    {
        QueryText.Know(query, "limit", "cursor");
        var limit = QueryText.Number(query, "limit", DefaultLimit, LargestLimit);
        var now = context.Time.GetUtcNow();
        var from = Lists.Cursor(QueryText.Text(query, "cursor"), List, Months) ?? new(List, 0, null);
        var jobs = new List<JobRecord>();
        var (month, after) = (from.Shard, from.After);
        while (month < Months)
        {
            (var items, after) = await context.Reads.QueryAsync(ItemQuery.Jobs(now.AddMonths(-month)), limit - jobs.Count, after, stop);
            jobs.AddRange(context.Reads.Readable(items, JobItem.Read).Where(j => j.Kind == JobKinds.Restore));
            if (after is null)
                month++;
            if (jobs.Count >= limit)
                break;
        }
        return new(jobs, month < Months && jobs.Count > 0 ? new PageCursor(List, month, after).ToString() : null);
    }
}
