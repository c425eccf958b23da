using System.Globalization;
using Litestream.Cloud.Access;
using Litestream.Cloud.Table;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Http;

namespace Litestream.Cloud.Api;

/// <summary><c>/api/audit</c>: who changed what, the newest first, day after day into the past from <c>day</c> on.</summary>
internal static class AuditEndpoints
{
    private const int DefaultLimit = 100;
    private const int LargestLimit = 500;

    /// <summary>A page looks no further back for something to show; its cursor goes on behind it.</summary>
    private const int MostEmptyDays = 31;

    private const int MostDays = 3660;

    public static void Map(IEndpointRouteBuilder routes, CloudContext context) =>
        routes.MapGet("/api/audit", (HttpRequest request, CancellationToken stop) => ListAsync(context, request.Query, stop)).Needs(ScopeWords.Admin);

    private static async Task<IResult> ListAsync(CloudContext context, IQueryCollection query, CancellationToken stop)
    {
        QueryText.Know(query, "limit", "cursor", "day");
        var limit = QueryText.Number(query, "limit", DefaultLimit, LargestLimit);
        var given = QueryText.Text(query, "cursor");
        var day = DayOf(query, given, context.Time.GetUtcNow());
        var list = $"audit {day:yyyy-MM-dd}";
        var from = Lists.Cursor(given is null ? null : CursorIn(given), list, MostDays) ?? new(list, 0, null);
        var entries = new List<AuditEntry>();
        var (back, after) = (from.Shard, from.After);
        for (var empty = 0; empty < MostEmptyDays && back < MostDays && entries.Count < limit;)
        {
            (var items, after) = await context.Reads.QueryAsync(ItemQuery.Audit(day.AddDays(-back)), limit - entries.Count, after, stop);
            entries.AddRange(context.Reads.Readable(items, AuditItem.Read).Select(Of));
            if (after is null)
                (back, empty) = (back + 1, empty + 1);
        }
        // The day that the list began on is a part of its cursor: at midnight "today" would be another list.
        var next = back < MostDays && entries.Count > 0 ? $"{day:yyyyMMdd}-{new PageCursor(list, back, after)}" : null;
        return new ReadAnswer<AuditList>(new(entries, next), FleetJson.Default.AuditList);
    }

    private static DateTimeOffset DayOf(IQueryCollection query, string? cursor, DateTimeOffset now)
    {
        if (cursor is not null)
            return TryDay(cursor.Split('-')[0], "yyyyMMdd", out var begun) ? begun : throw Lists.BadCursor();
        if (QueryText.Text(query, "day") is not { } text)
            return new(now.UtcDateTime.Date, TimeSpan.Zero);
        return TryDay(text, "yyyy-MM-dd", out var day) ? day
            : throw new ProblemException(RequestProblems.Of(400, ProblemCodes.BadTime, "Not a day", "day is a date of UTC: 2026-11-21"));
    }

    private static string CursorIn(string text) => text[(text.IndexOf('-', StringComparison.Ordinal) + 1)..];

    private static bool TryDay(string text, string format, out DateTimeOffset day) =>
        DateTimeOffset.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out day) && day.Year is > 2000 and < 9000;

    private static AuditEntry Of(AuditRecord line) => new()
    {
        Id = line.Id.ToString(),
        At = line.At,
        Actor = line.Actor,
        Action = line.Action,
        Target = line.Target,
        Before = line.Before,
        After = line.After,
        Refused = line.Refused,
    };
}
