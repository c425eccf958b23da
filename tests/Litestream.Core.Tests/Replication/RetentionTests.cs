using Litestream.Ltx;
using Litestream.Replication;

namespace Litestream.Core.Tests.Replication;

public sealed class RetentionTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan L0Retention = TimeSpan.FromHours(1);
    private static readonly TimeSpan Window = TimeSpan.FromHours(24);

    [Fact]
    public void Old_L0_files_go_when_an_L1_covers_them()
    {
        var doomed = Choose(File(1, 1, 1, 300), File(0, 2, 2, 120), File(0, 3, 3, 90), File(1, 2, 3, 90), File(0, 4, 4, 1));
        Assert.Equal(["0:2-2", "0:3-3"], doomed);
    }

    [Fact]
    public void L0_files_stay_while_no_L1_covers_them_or_they_are_young()
    {
        Assert.Empty(Choose(File(1, 1, 1, 300), File(0, 2, 2, 120), File(0, 3, 3, 110)));
        Assert.Empty(Choose(File(1, 1, 1, 300), File(1, 2, 3, 30), File(0, 2, 2, 59), File(0, 3, 3, 30)));
    }

    [Fact]
    public void L0_files_whose_merger_is_lost_stay_and_nothing_is_due_for_them()
    {
        LtxFile[] files = [File(1, 1, 1, 300), File(0, 2, 2, 120), File(0, 3, 3, 110), File(1, 4, 5, 90), File(0, 4, 4, 90), File(0, 5, 5, 80), File(0, 6, 6, 70)];
        Assert.Equal(["0:4-4", "0:5-5"], Choose(files));
        Assert.Equal(Now.AddMinutes(-90) + L0Retention, Retention.NextL0(files, L0Retention));
        Assert.Null(Retention.NextL0(files[..3], L0Retention));
    }

    [Fact]
    public void Captured_rounds_that_stay_longer_than_images_keep_the_image_they_begin_at()
    {
        var points = new RestorePoints { L0Retention = TimeSpan.FromHours(3), SnapshotRetention = TimeSpan.FromHours(1) };
        Assert.Equal(points.L0Retention, points.Window);
        Assert.Equal(TimeSpan.FromHours(24), new RestorePoints().Window);
    }

    [Fact]
    public void The_newest_L0_file_always_stays()
    {
        Assert.Empty(Choose(File(1, 1, 1, 30_000), File(1, 2, 2, 20_000), File(0, 2, 2, 20_000)));
    }

    [Fact]
    public void What_the_first_image_of_the_window_covers_goes_and_the_rest_stays()
    {
        const int day = 24 * 60;
        var doomed = Choose(
            File(1, 1, 1, 5 * day), File(1, 2, 10, 4 * day), File(9, 1, 10, 3 * day),
            File(1, 11, 20, 2 * day), File(2, 2, 20, 2 * day), File(9, 1, 20, 2 * day),
            File(1, 21, 30, day / 2), File(9, 1, 29, day / 4), File(1, 31, 40, 60));
        Assert.Equal(["1:1-1", "1:2-10", "9:1-10", "1:11-20", "2:2-20"], doomed);
    }

    [Fact]
    public void Without_an_image_as_old_as_the_window_no_compaction_goes()
    {
        Assert.Empty(Choose(File(1, 1, 1, 600), File(1, 2, 10, 500), File(9, 1, 9, 400), File(1, 11, 20, 300)));
    }

    [Fact]
    public void Whatever_a_label_needs_stays_while_the_label_lives()
    {
        const int day = 24 * 60;
        LtxFile[] files =
        [
            File(1, 1, 1, 5 * day), File(0, 2, 2, 4 * day), File(0, 3, 3, 4 * day), File(1, 2, 3, 4 * day), File(0, 4, 4, 4 * day), File(1, 4, 10, 4 * day),
            File(9, 1, 10, 3 * day), File(1, 11, 20, 2 * day), File(0, 20, 20, 2 * day),
        ];
        var young = new Label(new(4), "wal-tail-lost", Now.AddDays(-4));
        var old = young with { At = Now.AddDays(-31) };
        Assert.Equal(["0:2-2", "0:3-3", "1:4-10"], Names(Retention.Choose(files, Now, L0Retention, Window, [young])));
        Assert.Equal(["0:2-2", "0:3-3", "0:4-4", "1:1-1", "1:2-3", "1:4-10"], Names(Retention.Choose(files, Now, L0Retention, Window, [old])));
    }

    private static List<string> Names(List<LtxFile> files) => files.ConvertAll(f => $"{f.Level}:{f.MinTxid.Value}-{f.MaxTxid.Value}");

    private static List<string> Choose(params LtxFile[] files) =>
        Names(Retention.Choose(files, Now, L0Retention, Window, []));

    private static LtxFile File(int level, ulong min, ulong max, int minutesOld) => new(level, new(min), new(max), 100, Now.AddMinutes(-minutesOld));
}
