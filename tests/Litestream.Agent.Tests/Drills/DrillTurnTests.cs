using Litestream.Agent.Drills;
using Litestream.Fleet.Items;

namespace Litestream.Agent.Tests.Drills;

/// <summary>Whose turn it is, over weeks in a moment.</summary>
public sealed class DrillTurnTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(500)]
    public void Every_backup_has_its_turn_within_the_interval_and_no_two_at_once(int count)
    {
        var tenants = Enumerable.Range(0, count).ToDictionary(_ => Guid.NewGuid(), _ => (DrillState?)null);
        var drills = Run(tenants, Start.AddDays(60), (_, _) => ProofVerdicts.Pass);
        Assert.Equal(Start.AddMinutes(5), drills[0].At);
        foreach (var of in drills.GroupBy(d => d.Tenant))
            Assert.All(of.Zip(of.Skip(1)), pair => Assert.InRange(pair.Second.At - pair.First.At, Week * 0.7, Week));
        Assert.Equal(count, drills.Where(d => d.At <= Start + Week).Select(d => d.Tenant).Distinct().Count());
        Assert.All(drills.Zip(drills.Skip(1)), pair => Assert.True(pair.Second.At - pair.First.At >= Week * (0.75 / count) - TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public void What_does_not_pass_is_tried_every_six_hours_and_takes_nobody_elses_turn()
    {
        var tenants = Enumerable.Range(0, 20).ToDictionary(_ => Guid.NewGuid(), _ => (DrillState?)null);
        var broken = tenants.Keys.First();
        var drills = Run(tenants, Start.AddDays(30), (tenant, _) => tenant == broken ? ProofVerdicts.Fail : ProofVerdicts.Pass);
        var turns = drills.Where(d => d.Tenant == broken).ToList();
        Assert.All(turns.Zip(turns.Skip(1)), pair => Assert.InRange(pair.Second.At - pair.First.At, TimeSpan.FromHours(6), TimeSpan.FromHours(7)));
        foreach (var of in drills.Where(d => d.Tenant != broken).GroupBy(d => d.Tenant))
            Assert.All(of.Zip(of.Skip(1)), pair => Assert.True(pair.Second.At - pair.First.At <= Week, $"{pair.Second.At - pair.First.At}"));
    }

    [Fact]
    public void A_restart_goes_on_with_the_round_and_one_that_was_away_for_long_does_not_make_up_for_it_at_once()
    {
        var (fresh, old) = (Guid.NewGuid(), Guid.NewGuid());
        var now = Start.AddDays(30);
        (Guid, DrillState?)[] backups = [(fresh, Passed(fresh, now.AddHours(-1))), (old, Passed(old, Start))];
        Assert.Equal((old, now.AddHours(-1) + (Week * 0.375)), Turn(DrillTurn.Next(backups, Week, now.AddHours(-1), now, now)));
        Assert.Equal((old, now.AddMinutes(5)), Turn(DrillTurn.Next(backups[1..], Week, Start, now, now)));
        Assert.Null(DrillTurn.Next([], Week, null, now, now));
    }

    [Fact]
    public void What_was_noted_by_a_clock_that_has_been_set_back_holds_nothing_up()
    {
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
        var (now, ahead) = (Start, Start.AddDays(400));
        (Guid, DrillState?)[] backups = [(first, Passed(first, ahead)), (second, Passed(second, ahead))];
        var turn = DrillTurn.Next(backups, Week, ahead, ahead, now)!;
        Assert.Equal(now, turn.At);
        var other = turn.Tenant == first ? second : first;
        backups = [(turn.Tenant, Passed(turn.Tenant, now)), (other, Passed(other, ahead))];
        Assert.Equal((other, now + (Week * 0.375)), Turn(DrillTurn.Next(backups, Week, now, ahead, now)));
    }

    /// <summary>As the schedule does it; a drill takes no time here.</summary>
    private static List<(Guid Tenant, DateTimeOffset At)> Run(Dictionary<Guid, DrillState?> tenants, DateTimeOffset end, Func<Guid, DateTimeOffset, string> verdict)
    {
        var drills = new List<(Guid, DateTimeOffset)>();
        DateTimeOffset? last = null;
        for (var now = Start; ;)
        {
            var turn = DrillTurn.Next([.. tenants.Select(t => (t.Key, t.Value))], Week, last, Start, now)!;
            now = turn.At > now ? turn.At : now;
            if (now > end)
                return drills;
            drills.Add((turn.Tenant, now));
            last = turn.IsAgain ? last : now;
            tenants[turn.Tenant] = DrillState.With(tenants[turn.Tenant], Proof(turn.Tenant, now, verdict(turn.Tenant, now)));
        }
    }

    private static (Guid, DateTimeOffset)? Turn(DrillTurn.Turn? turn) => turn is null ? null : (turn.Tenant, turn.At);

    private static DrillState Passed(Guid tenant, DateTimeOffset at) => DrillState.With(null, Proof(tenant, at, ProofVerdicts.Pass));

    private static ProofRecord Proof(Guid tenant, DateTimeOffset at, string verdict) => new() { Tenant = tenant, At = at, Verdict = verdict, By = "web-1" };
}
