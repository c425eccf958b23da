using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Tests.Servers;

namespace Litestream.Agent.Tests.RemoteCommands;

/// <summary>How commands are found: each is read about once, and none is missed.</summary>
public sealed class RemoteCommandsLaneTests
{
    [Fact]
    public async Task The_end_of_a_command_costs_no_reading_however_many_there_were()
    {
        await using var host = await CommandedLane.StartAsync();
        const int Past = 1_500, Waiting = 150, News = 10;
        for (var i = 0; i < Past; i++)
            host.Put(TimeSpan.FromHours(1), c => c with { State = CommandStates.Done, FinishedAt = DateTimeOffset.UtcNow });
        var waiting = Enumerable.Range(0, Waiting).Select(_ => host.Put(TimeSpan.Zero)).ToList();

        host.Lane.Heard(1);
        foreach (var command in waiting)
            Assert.Equal(CommandErrors.UnknownTenant, (await host.EndOfAsync(command)).ErrorCode);
        Assert.Equal(Past + Waiting, host.Server.Charges.ItemsRead);

        // A look for news reads what came lately, once more, and none of what was long ago.
        for (var i = 1; i <= News; i++)
        {
            var command = host.Put(TimeSpan.Zero);
            host.Lane.Heard(1 + i);
            await host.EndOfAsync(command);
        }
        Assert.InRange(host.Server.Charges.ItemsRead - Past - Waiting, News, News * (Waiting + News));
    }

    [Fact]
    public async Task More_than_are_remembered_at_a_time_are_all_done_and_read_a_few_times_at_most()
    {
        await using var host = await CommandedLane.StartAsync();
        const int Count = 3_500;
        var commands = Enumerable.Range(0, Count).Select(_ => host.Put(TimeSpan.Zero)).ToList();
        host.Lane.Heard(1);
        foreach (var command in commands)
            await host.EndOfAsync(command);
        Assert.InRange(host.Server.Charges.ItemsRead, Count, Count * 5);
        Assert.All(commands, c => Assert.Equal(host.Lane.RunId, host.Find(c).ClaimedBy));
    }

    [Fact]
    public async Task A_command_whose_id_is_older_than_what_was_seen_is_found_with_the_news_or_by_the_look_at_everything()
    {
        await using var host = await CommandedLane.StartAsync();
        host.Lane.Heard(1);
        await host.EndOfAsync(Announced(host, TimeSpan.Zero, 2));
        await host.EndOfAsync(Announced(host, TimeSpan.FromMinutes(9), 3));

        await using var other = await CommandedLane.StartAsync(lookInterval: TimeSpan.FromMilliseconds(300));
        other.Lane.Heard(1);
        await other.EndOfAsync(other.Put(TimeSpan.Zero));
        await other.EndOfAsync(other.Put(TimeSpan.FromHours(23)));
    }

    /// <summary>A move that fetched for hours has the id of when it was asked for in what it asks of the other host; that one has seen newer commands since.</summary>
    [Fact]
    public async Task One_that_was_announced_and_is_not_among_the_news_is_found_at_once()
    {
        await using var host = await CommandedLane.StartAsync();
        host.Lane.Heard(1);
        await host.EndOfAsync(Announced(host, TimeSpan.Zero, 2));
        await host.EndOfAsync(Announced(host, TimeSpan.FromHours(3), 3));
        await host.EndOfAsync(Announced(host, TimeSpan.FromHours(2), 4));
    }

    [Fact]
    public async Task A_clock_that_is_years_ahead_hides_nobody_elses_command()
    {
        await using var host = await CommandedLane.StartAsync();
        var ahead = host.Put(TimeSpan.FromDays(-700));
        host.Lane.Heard(1);
        await host.EndOfAsync(ahead);
        var command = host.Put(TimeSpan.Zero);
        host.Lane.Heard(2);
        await host.EndOfAsync(command);
    }

    [Fact]
    public async Task A_look_that_a_displacement_overtook_does_not_count_as_one_of_the_new_confirmation()
    {
        await using var host = await CommandedLane.StartAsync();
        for (var i = 0; i < 300; i++)
            host.Put(TimeSpan.FromHours(1), c => c with { State = CommandStates.Done, FinishedAt = DateTimeOffset.UtcNow });
        CommandRecord? left = null;
        host.Server.Fault = request =>
        {
            // Between two pages of the first look another agent has the id, begins a command that this look has passed already, and ends.
            if (request.Operation == "Query" && request.Body.TryGetProperty("ExclusiveStartKey", out _) && left is null)
            {
                left = host.Put(TimeSpan.FromHours(2), c => c with { State = CommandStates.Claimed, ClaimedBy = "the other", ClaimedAt = DateTimeOffset.UtcNow });
                host.Lane.Heard(null);
                host.Lane.Heard(7);
            }
            return TableServerFault.None;
        };
        host.Lane.Heard(1);
        await Eventually.Becomes(() => left is not null, "the first look reads on");
        Assert.Equal(host.Lane.RunId, (await host.EndOfAsync(left!)).ClaimedBy);
    }

    [Fact]
    public async Task What_a_living_agent_has_begun_is_left_to_it()
    {
        await using var host = await CommandedLane.StartAsync(lookInterval: TimeSpan.FromMilliseconds(100));
        host.Lane.Heard(1);
        await host.EndOfAsync(Announced(host, TimeSpan.Zero, 2));
        var others = host.Put(TimeSpan.Zero, c => c with { State = CommandStates.Claimed, ClaimedBy = "the other", ClaimedAt = DateTimeOffset.UtcNow });
        await host.EndOfAsync(Announced(host, TimeSpan.Zero, 3));
        await host.EndOfAsync(Announced(host, TimeSpan.Zero, 4));
        Assert.Equal((CommandStates.Claimed, "the other"), (host.Find(others).State, host.Find(others).ClaimedBy));
    }

    [Fact]
    public async Task Somebody_who_wants_a_running_command_to_end_is_heard_with_its_next_word()
    {
        await using var host = await CommandedLane.StartAsync(kinds: [new EndlessCommand()], time: new QuickTime(20));
        var (called, other) = (host.Put(TimeSpan.Zero, c => c with { Kind = EndlessCommand.Name }), host.Put(TimeSpan.Zero, c => c with { Kind = EndlessCommand.Name }));
        host.Lane.Heard(1);
        await Eventually.Becomes(() => host.Find(called).Progress is { Percent: 50, Bytes: 7, Pages: 3 } && host.Find(other).State == CommandStates.Running, "both report");
        host.Server.Set(called.Key.Partition, called.Key.Sort, "cancelRequestedAt", new(false, ItemTime.Text(DateTimeOffset.UtcNow)));
        Assert.Equal((CommandStates.Cancelled, null), (await host.EndOfAsync(called) is var ended ? ended.State : "", ended.ErrorCode));
        Assert.Equal(CommandStates.Running, host.Find(other).State);
        // It is another run's by now: this one lets go, and does not overwrite what that one says.
        host.Server.Set(other.Key.Partition, other.Key.Sort, "claimedBy", new(false, "the other"));
        await Eventually.Becomes(() => host.Lane.RunningCount == 0, "it lets go");
        Assert.Equal((CommandStates.Running, "the other"), (host.Find(other).State, host.Find(other).ClaimedBy));
    }

    [Fact]
    public async Task Past_its_limit_a_command_has_failed()
    {
        await using var host = await CommandedLane.StartAsync(kinds: [new EndlessCommand { Limit = TimeSpan.FromMinutes(1) }], time: new QuickTime(300));
        var command = host.Put(TimeSpan.Zero, c => c with { Kind = EndlessCommand.Name });
        host.Lane.Heard(1);
        Assert.Equal((CommandErrors.TimedOut, "not done after 1 minutes"), (await host.EndOfAsync(command) is var ended ? ended.ErrorCode : "", ended.Error));
    }

    [Theory]
    [InlineData(nameof(TableServerFault.LoseReply))]
    [InlineData(nameof(TableServerFault.Throttle))]
    public async Task A_claim_that_the_table_did_not_answer_is_looked_at_again(string name)
    {
        var fault = Enum.Parse<TableServerFault>(name);
        await using var host = await CommandedLane.StartAsync();
        var claims = 0;
        host.Server.Fault = request => request.Body.TryGetProperty("ExpressionAttributeValues", out var values) && values.TryGetProperty(":claimedAt", out _) && Interlocked.Increment(ref claims) == 1
            ? fault : TableServerFault.None;
        var command = host.Put(TimeSpan.Zero);
        host.Lane.Heard(1);
        Assert.Equal(CommandErrors.UnknownTenant, (await host.EndOfAsync(command)).ErrorCode);
    }

    private static CommandRecord Announced(CommandedLane host, TimeSpan age, int count)
    {
        var command = host.Put(age);
        host.Lane.Heard(count);
        return command;
    }
}
