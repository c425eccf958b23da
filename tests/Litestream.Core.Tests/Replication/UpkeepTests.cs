using Litestream.Ltx;
using Litestream.Replication;

namespace Litestream.Core.Tests.Replication;

public sealed class UpkeepTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly RestorePoints Points = new();

    [Fact]
    public void An_image_with_an_empty_pair_behind_it_has_nothing_due() =>
        Assert.Null(Upkeep.NextDue("a", [File(9, 1, 10, 2), Empty(0, 11), Empty(1, 11)], Points));

    [Fact]
    public void A_change_is_in_an_image_a_day_later_and_tenants_are_spread()
    {
        LtxFile[] files = [File(1, 1, 1, 50), File(1, 2, 9, 3), File(0, 9, 9, 3)];
        var moments = Enumerable.Range(0, 50).Select(i => Upkeep.NextDue($"tenant {i}", files, Points)!.Value).ToList();
        Assert.All(moments, m => Assert.InRange(m, Now.AddHours(21), Now.AddHours(24)));
        Assert.True(moments.Distinct().Count() > 40);
        Assert.False(Upkeep.NeedsPair("tenant 1", files, Points, moments[1].AddSeconds(-1)));
        Assert.True(Upkeep.NeedsPair("tenant 1", files, Points, moments[1]));
    }

    [Fact]
    public void A_label_survives_the_books()
    {
        IReadOnlyList<Label> labels = [new(new(0x2a), "wal-tail-lost", Now), new(new(0x2b), "file-replaced", Now.AddMinutes(1))];
        Assert.Equal(labels, Label.Parse(Label.Format(labels)!));
        Assert.Null(Label.Format([]));
    }

    [Fact]
    public void Labels_end_after_a_month_and_are_not_kept_without_bound()
    {
        IReadOnlyList<Label> labels = [];
        for (var i = 1; i <= 40; i++)
            labels = Label.Add(labels, new(new((ulong)i), "file-replaced", Now.AddHours(i)));
        Assert.Equal(Enumerable.Range(25, 16).Select(i => (ulong)i), labels.Select(l => l.Txid.Value));
        Assert.Single(Label.Add(labels, new(new(99), "file-replaced", Now.AddDays(40))));
    }

    [Fact]
    public void What_a_restore_in_place_can_be_undone_to_is_kept_for_a_week_whatever_else_is_labelled()
    {
        IReadOnlyList<Label> labels = [new(new(7), Label.RestoredInPlace, Now)];
        Assert.True(Label.IsRestoreBehind(labels, new(7)));
        for (var i = 7; i <= 40; i++)
            labels = Label.Add(labels, new(new((ulong)i), "file-replaced", Now.AddHours(1)));
        Assert.Equal((7ul, true, Now.AddDays(7)), (labels[0].Txid.Value, labels[0].IsUndo, labels[0].Until));
        Assert.Equal(17, labels.Count);
        Assert.DoesNotContain(Label.Add(labels, new(new(99), "file-replaced", Now.AddDays(7))), l => l.IsUndo);

        var files = Enumerable.Range(2, 8).Select(i => File(0, (ulong)i, (ulong)i, 100)).Append(File(1, 1, 1, 300)).Append(File(1, 2, 9, 90)).Append(File(9, 1, 9, 48)).ToList();
        var (window, soon) = (TimeSpan.FromHours(24), Now.AddDays(6));
        Assert.DoesNotContain(Retention.Choose(files, soon, TimeSpan.FromHours(1), window, labels), f => f.Level == 0 && f.MaxTxid.Value <= 7);
        Assert.Contains(Retention.Choose(files, soon.AddDays(2), TimeSpan.FromHours(1), window, [labels[0]]), f => f.Level == 0 && f.MaxTxid.Value <= 7);
    }

    [Fact]
    public void A_file_without_pages_is_as_long_as_is_said()
    {
        var header = new LtxHeader { PageSize = 4096, Commit = 77, MinTxid = new(5), MaxTxid = new(5), TimestampMs = 1, NodeId = 3 };
        using var stream = new MemoryStream();
        using (var encoder = new LtxEncoder(stream, header))
            encoder.Finish(new(1, 1));
        Assert.Equal(LtxFile.EmptyBytes, stream.Length);
    }

    private static LtxFile File(int level, ulong min, ulong max, int hoursOld) => new(level, new(min), new(max), 1000, Now.AddHours(-hoursOld));

    private static LtxFile Empty(int level, ulong txid) => new(level, new(txid), new(txid), LtxFile.EmptyBytes, Now);
}
