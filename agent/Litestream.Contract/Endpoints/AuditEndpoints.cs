using System.Globalization;
using Litestream.Contract;
using Litestream.Contract.Access;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Http;

namespace Litestream.Contract.Endpoints;

/// <summary><c>/api/audit</c>: who changed what, the newest first, day after day into the past from <c>day</c> on.</summary>
internal static class AuditEndpoints
{
    private const int DefaultLimit = 100;
    private const int LargestLimit = 500;

    /// <summary>A page looks no further back for something to show.</summary>
    private const int MostEmptyDays = 31;

    private const string List = "audit";

    public static void Map(IEndpointRouteBuilder routes, ContractContext context) =>
        routes.MapGet("/api/audit", (HttpRequest request, CancellationToken stop) => ListAsync(context, request.Query, stop)).Needs(ScopeWords.Admin);

    private static async Task<IResult> ListAsync(ContractContext context, IQueryCollection query, CancellationToken stop)
    {
        QueryText.Know(query, "limit", "cursor", "day");
        var limit = QueryText.Number(query, "limit", DefaultLimit, LargestLimit);
        // The shard of its cursor is a day, counted from the first of year 1: at midnight a list goes on where it was.
        var cursor = Lists.Cursor(QueryText.Text(query, "cursor"), List, DateOnly.MaxValue.DayNumber);
        var day = cursor is { } at ? DateOnly.FromDayNumber(at.Shard) : DayOf(query, context.Time.GetUtcNow());
        var after = Lists.After(cursor, FleetKeys.AuditPartition(TimeOf(day)));
        var entries = new List<AuditEntry>();
        for (var empty = 0; empty < MostEmptyDays && entries.Count < limit && day > DateOnly.MinValue;)
        {
            (var items, after) = await context.Reads.QueryAsync(ItemQuery.Audit(TimeOf(day)), limit - entries.Count, after, stop);
            entries.AddRange(context.Reads.Readable(items, AuditItem.Read).Select(Of));
            if (after is null)
                (day, empty) = (day.AddDays(-1), empty + 1);
        }
        var next = entries.Count > 0 ? new PageCursor(List, day.DayNumber, after is null ? null : Lists.SortOnly(after)).ToString() : null;
        return new ReadAnswer<AuditList>(new(entries, next), FleetJson.Default.AuditList);
    }

    private static DateOnly DayOf(IQueryCollection query, DateTimeOffset now) => QueryText.Text(query, "day") is not { } text ? DateOnly.FromDateTime(now.UtcDateTime)
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
        : throw new ProblemException(RequestProblems.Of(400, ProblemCodes.BadTime, "Not a day", "day is a date of UTC: 2026-11-21"));

    private static DateTimeOffset TimeOf(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    private static AuditEntry Of(AuditRecord line) => new()
    {
        Id = line.Id.ToString(),
        At = line.At,
        Actor = line.Actor,
        Action = line.Action,
        Target = line.Target,
        Before = line.Before,
        After = line.After,
        DoneAt = line.DoneAt,
        Refused = line.Refused,
    };
}
