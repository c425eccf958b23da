using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Cloud.Tests.Api;

/// <summary>The audit, day after day into the past.</summary>
public sealed class AuditTests
{
    [Fact]
    public async Task The_newest_come_first_over_days_with_and_without_something()
    {
        await using var fleet = await SeededFleet.StartAsync();
        var now = SeededFleet.Now;
        var ids = new UlidSource(TimeProvider.System, new(7));
        var lines = new[] { 0, 0, 0, 1, 1, 5, 29 }.Select((days, i) => new AuditRecord
        {
            Id = ids.Next(),
            At = now.AddDays(-days).AddMilliseconds(-i),
            Actor = $"actor {i}",
            Action = "restore",
            Target = "a tenant",
        }).ToList();
        foreach (var line in lines)
            fleet.Put(AuditItem.Write(line));
        foreach (var limit in new[] { 1, 2, 100 })
        {
            var actors = new List<string?>();
            for (string? cursor = ""; cursor is not null;)
            {
                var page = await fleet.GetAsync($"/api/audit?limit={limit}{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}");
                actors.AddRange(page.GetProperty("items").EnumerateArray().Select(a => a.GetProperty("actor").GetString()));
                cursor = page.GetProperty("nextCursor").GetString();
            }
            Assert.Equal(lines.Select(l => l.Actor), actors);
        }
        var older = await fleet.GetAsync($"/api/audit?day={now.AddDays(-5):yyyy-MM-dd}");
        Assert.Equal(["actor 5", "actor 6"], older.GetProperty("items").EnumerateArray().Select(a => a.GetProperty("actor").GetString()));
    }

    [Theory]
    [InlineData("day=yesterday", "bad-time")]
    [InlineData("cursor=x", "bad-cursor")]
    [InlineData("cursor=20261121-x", "bad-cursor")]
    public async Task Foreign_cursors_and_days_are_refused(string query, string code)
    {
        await using var fleet = await SeededFleet.StartAsync();
        Assert.Equal(code, await RunningCloud.CodeAsync(await fleet.Cloud.GetAsync($"/api/audit?{query}")));
    }
}
