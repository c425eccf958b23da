using Litestream.Storage;

namespace Litestream.Core.Tests.Storage;

public sealed class DayFoldersTests
{
    private static readonly DateOnly Day = new(2026, 3, 9);

    [Theory]
    [InlineData("/backups/|%Y-%m-%d|/app", "/backups", "2026-03-09/app")]
    [InlineData("/backups/app-|%F|", "/backups", "app-2026-03-09")]
    [InlineData("/|%Y/%m/%d|", "/", "2026/03/09")]
    [InlineData("/a/|%Y|-week/|%m.%d|x/./b//c", "/a", "2026-week/03.09x/b/c")]
    [InlineData("file:///100%25/|%F|/50%25", "file:///100%25", "2026-03-09/50%")]
    [InlineData("file:///|%F|", "file:///", "2026-03-09")]
    [InlineData("s3://bucket/|%F|", "s3://bucket", "2026-03-09")]
    [InlineData("s3://bucket/some/path/|%Y%m|/a?region=eu&sse=none", "s3://bucket/some/path?region=eu&sse=none", "202603/a")]
    public void A_location_is_a_root_and_the_folder_of_a_day(string location, string root, string folder)
    {
        var (read, days) = DayFolders.Split(Text(location));
        Assert.Equal((root, folder), (read, days.On(Day)));
        ReplicaRoot.Parse(read).Dispose();
    }

    [Theory]
    [InlineData("s3://|%F|/x", "no folder is named")]
    [InlineData("s3://bucket|%F|/x", "no folder is named")]
    [InlineData("s3://bucket/x?region=|%F|", "no folder is named")]
    [InlineData("/a/|%F|/../b", "..")]
    [InlineData("/a/|%m-%d|", "does not name the year")]
    [InlineData("/a/|%d|", "does not name the year")]
    [InlineData("/a/|%Y-%d|", "does not name the month")]
    public void A_date_that_names_no_folder_or_one_that_comes_again_is_refused(string location, string reason)
    {
        var error = Assert.Throws<LitestreamException>(() => DayFolders.Split(Text(location)));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Hint);
    }

    [Theory]
    [InlineData("2026-03-09", true)]
    [InlineData("2026-3-9", false)]
    [InlineData("2026-02-29", false)]
    [InlineData("2024-02-29", true)]
    [InlineData("0000-01-01", false)]
    [InlineData("2026-03-09x", false)]
    [InlineData("x2026-03-09", false)]
    [InlineData("2026-03-0", false)]
    [InlineData("2026-03-+9", false)]
    [InlineData("2026-13-01", false)]
    public void Only_the_exact_text_of_a_day_is_read_back(string text, bool isDay) =>
        Assert.Equal(isDay, Text("|%F|").DayOf(text) is not null);

    [Fact]
    public void A_part_that_is_there_twice_must_agree_and_one_that_is_missing_is_the_first()
    {
        Assert.Null(Text("|%Y|/|%F|").DayOf("2025/2026-03-09"));
        Assert.Equal(Day, Text("|%Y|/|%F|").DayOf("2026/2026-03-09"));
        Assert.Equal(new DateOnly(2026, 3, 1), Text("m-|%Y%m|").DayOf("m-202603"));
    }

    [Theory]
    [InlineData("/|%Y-%m-%d|/app", "2026-03-09/app 2026-03-10 2026-3-11 2026-03-09x notes 2025-12-31/other", "2025-12-31 2026-03-09 2026-03-10")]
    [InlineData("/in/|%Y/%m|/|%d|", "in/2026/03/09 in/2026/03/31 in/2026/02/30 in/2026/x/01 in/26/03/01 2026/03/09", "2026-03-09 2026-03-31")]
    public async Task Existing_days_are_listed_oldest_first_and_nothing_else(string below, string folders, string expected)
    {
        using var folder = new ScratchFolder();
        foreach (var name in folders.Split(' '))
            Directory.CreateDirectory(folder[name]);
        File.WriteAllText(folder["2026-03-12"], "a file is no day");
        var (path, days) = DayFolders.Split(Text(folder.Path + below));
        using var root = ReplicaRoot.Parse(path, new() { Days = days });
        Assert.Equal(expected, string.Join(' ', (await days.ListAsync(root, default)).Select(d => d.ToString("yyyy-MM-dd"))));
    }

    [Fact]
    public void All_days_are_one_place_and_two_databases_below_them_are_two()
    {
        Assert.Equal(Open("/b/|%F|/a").Identity, Open("/b/|%F|/a").Identity);
        Assert.NotEqual(Open("/b/|%F|/a").Identity, Open("/b/|%F|/c").Identity);
        Assert.NotEqual(Open("/b/|%F|/a").Identity, ReplicaRoot.Parse("/b").Identity);
    }

    private static ReplicaRoot Open(string location)
    {
        var (root, days) = DayFolders.Split(Text(location));
        return ReplicaRoot.Parse(root, new() { Days = days });
    }

    private static DatedText Text(string location) => DatedText.Of(location.Split('|'));
}
