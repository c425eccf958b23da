using System.Text;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Agent.Tests.Fleet;

public sealed class FleetCursorTests
{
    [Fact]
    public void A_cursor_comes_back_as_it_was_with_all_the_keys_that_a_query_goes_on_from()
    {
        var tenant = TenantItem.Write(FleetSamples.TenantRecord());
        var text = new PageCursor("problems", 15, tenant).ToString();
        Assert.Matches("^[A-Za-z0-9_-]+$", text);
        Assert.True(PageCursor.TryParse(text, "problems", 16, out var cursor));
        Assert.Equal(15, cursor.Shard);
        Assert.Equal(FleetTable.KeyAttributes.Select(tenant.Text), FleetTable.KeyAttributes.Select(cursor.After!.Text));
        Assert.Equal(text, $"{cursor}");

        Assert.True(PageCursor.TryParse($"{new PageCursor("hosts", 3, null)}", "hosts", 4, out cursor));
        Assert.Equal((3, null), (cursor.Shard, cursor.After));
    }

    [Fact]
    public void A_cursor_of_another_list_or_shard_is_refused()
    {
        var text = new PageCursor("tenants 0a", 3, TenantItem.Write(FleetSamples.TenantRecord())).ToString();
        Assert.False(PageCursor.TryParse(text, "tenants 0b", 4, out _));
        Assert.False(PageCursor.TryParse(text, "tenants 0a", 3, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("MQ")]
    [InlineData("a cursor")]
    [InlineData("1\nhosts\n-1")]
    [InlineData("2\nhosts\n0")]
    [InlineData("1\nhosts\n0\npk")]
    [InlineData("1\nhosts\n0\nepoch\n7")]
    [InlineData("1\nhosts\n0\npk\nA\npk\nB")]
    [InlineData("1\nhosts\n0\npk\n")]
    public void What_nobody_here_made_is_refused(string text)
    {
        Assert.False(PageCursor.TryParse(text, "hosts", 4, out _));
        Assert.False(PageCursor.TryParse(Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('='), "hosts", 4, out _));
    }

    [Fact]
    public void Noise_is_refused_and_nothing_else_happens()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var good = new PageCursor("hosts", 0, TenantItem.Write(FleetSamples.TenantRecord())).ToString();
        for (var i = 0; i < 20_000; i++)
        {
            var text = good.ToCharArray();
            for (var change = random.Next(1, 4); change > 0; change--)
                text[random.Next(text.Length)] = (char)random.Next(32, 127);
            // It may still be one: of other keys in the same list. It must not throw.
            if (PageCursor.TryParse(new(text), "hosts", 4, out var cursor))
                Assert.True(cursor is { List: "hosts", Shard: < 4 }, $"seed {seed}, {new string(text)}");
        }
        Assert.False(PageCursor.TryParse(new('A', 3000), "hosts", 4, out _));
    }
}
