using Litestream.Agent.Requests;
using Litestream.DynamoDb;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Sqlite;

namespace Litestream.Agent.Tests.Requests;

/// <summary>The treaty's items and conditions without a DynamoDB.</summary>
public sealed class RequestTableTests : IDisposable
{
    private static readonly UlidSource Ids = new(TimeProvider.System, new Random(1));

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_command_goes_through_its_states_once_and_only_by_who_holds_it()
    {
        using var table = new RequestTable(_folder.Path, TimeProvider.System);
        var command = Command();
        await WriteAsync(table, CommandItem.Put(command));
        await IsRefused(table, CommandItem.Put(command));
        await WriteAsync(table, CommandItem.Claim(command, "one", DateTimeOffset.UtcNow));
        await IsRefused(table, CommandItem.Claim(command, "two", DateTimeOffset.UtcNow));
        await IsRefused(table, CommandItem.Begin(command, "two", Progress()));
        await WriteAsync(table, CommandItem.Begin(command, "one", Progress()));
        await IsRefused(table, CommandItem.Cancel(command, DateTimeOffset.UtcNow));
        await WriteAsync(table, CommandItem.AskToCancel(command, DateTimeOffset.UtcNow));
        var told = await table.UpdateAsync(CommandItem.Report(command, "one", Progress()), CancellationToken.None);
        Assert.NotNull(told.Text(CommandItem.CancelRequestedAt));
        await WriteAsync(table, CommandItem.Finish(command with { State = CommandStates.Done, Result = "done" }, "one"));
        Assert.Equal((CommandStates.Done, "done"), (await FindAsync(table, command)) is { } c ? (c.State, c.Result) : default);
        await IsRefused(table, CommandItem.Finish(command with { State = CommandStates.Failed }, "one"));
    }

    [Fact]
    public async Task A_list_is_read_in_pages_forwards_and_backwards()
    {
        using var table = new RequestTable(_folder.Path, TimeProvider.System);
        var commands = Enumerable.Range(0, 7).Select(_ => Command()).ToList();
        foreach (var command in commands)
            await WriteAsync(table, CommandItem.Put(command));
        Assert.Equal(commands.Select(c => c.Id), Pages(table, ItemQuery.Commands("here")));
        Assert.Equal(commands.Select(c => c.Id).Reverse(), Pages(table, ItemQuery.Commands("here") with { IsBackwards = true }));
        Assert.Equal(commands[3..].Select(c => c.Id), Pages(table, ItemQuery.Commands("here", commands[3].Id)));
        Assert.Equal(commands[1..5].Select(c => c.Id), Pages(table, ItemQuery.CommandsBetween("here", commands[1].Id, commands[4].Id)));
        Assert.Empty(Pages(table, ItemQuery.Commands("there")));
    }

    [Fact]
    public async Task What_was_written_is_there_again_and_a_line_that_was_cut_is_no_write()
    {
        var (one, two) = (Command(), Command());
        using (var table = new RequestTable(_folder.Path, TimeProvider.System))
        {
            await WriteAsync(table, CommandItem.Put(one));
            await WriteAsync(table, CommandItem.Put(two));
            await WriteAsync(table, CommandItem.Claim(one, "run", DateTimeOffset.UtcNow));
        }
        var path = _folder[RequestTable.FileName];
        var lines = File.ReadAllLines(path);
        Assert.Equal(3, lines.Length);
        File.WriteAllText(path, string.Join('\n', lines) + "\n" + lines[2][..40]);
        using (var again = new RequestTable(_folder.Path, TimeProvider.System))
        {
            Assert.Equal((CommandStates.Claimed, "run"), (await FindAsync(again, one)) is { } c ? (c.State, c.ClaimedBy) : default);
            Assert.Equal(two, await FindAsync(again, two));
            await WriteAsync(again, CommandItem.Claim(two, "run", DateTimeOffset.UtcNow));
        }
        Assert.All(File.ReadLines(path), line => Assert.EndsWith("}", line, StringComparison.Ordinal));
        using var last = new RequestTable(_folder.Path, TimeProvider.System);
        Assert.Equal(CommandStates.Claimed, (await FindAsync(last, two))!.State);
    }

    [Fact]
    public async Task What_is_over_for_long_goes_and_what_is_not_over_stays()
    {
        var (over, open) = (Command(), Command());
        using (var table = new RequestTable(_folder.Path, TimeProvider.System))
        {
            foreach (var command in new[] { over, open })
            {
                await WriteAsync(table, CommandItem.Put(command));
                await WriteAsync(table, CommandItem.Claim(command, "run", DateTimeOffset.UtcNow));
            }
            await WriteAsync(table, CommandItem.Begin(over, "run", Progress()));
            await WriteAsync(table, CommandItem.Finish(over with { State = CommandStates.Done }, "run"));
        }
        using var later = new RequestTable(_folder.Path, new LaterTime(TimeSpan.FromDays(-31)));
        Assert.Null(await FindAsync(later, over));
        Assert.NotNull(await FindAsync(later, open));
    }

    [Fact]
    public async Task Refusals_take_no_key_of_today_its_place_nor_what_was_made_under_it()
    {
        var (key, job, command) = (new RequestRecord { Actor = "local", IdempotencyKey = "mine", At = Now, Action = "POST /api/restores", BodyHash = "x", Target = Ids.Next() }, Job(), Command());
        using (var table = new RequestTable(_folder.Path, TimeProvider.System))
        {
            await WriteAsync(table, RequestItem.Put(key));
            await WriteAsync(table, JobItem.Put(job));
            await WriteAsync(table, ItemUpdate.Of(CommandItem.Write(command with { State = CommandStates.Done, FinishedAt = Now }), []));
        }
        // As many refusals as there is room for, of a moment later: written as the table writes them, without a flush for each.
        var refusals = Enumerable.Range(1, RequestTable.MostItems).Select(i => AuditItem.Write(new() { Id = Ids.Next(), At = Now.AddSeconds(1 + (i / 100.0)), Actor = "local", Action = "restore", Target = "restores", Refused = "bad-body" }));
        using (var file = new ItemFile(_folder[RequestTable.FileName]))
            file.Replace([.. file.Read(), .. refusals]);

        using var again = new RequestTable(_folder.Path, TimeProvider.System);

        Assert.NotNull(await again.FindAsync(key.Key, CancellationToken.None));
        Assert.NotNull(await again.FindAsync(job.Key, CancellationToken.None));
        Assert.NotNull(await FindAsync(again, command));
        again.Dispose();
        using var later = new RequestTable(_folder.Path, new LaterTime(TimeSpan.FromDays(-31)));
        Assert.Null(await later.FindAsync(key.Key, CancellationToken.None));
    }

    [Fact]
    public async Task A_file_that_is_long_because_much_is_kept_is_not_written_anew_by_each_write()
    {
        var text = new string('x', 1000);
        using (var file = new ItemFile(_folder[RequestTable.FileName]))
            file.Replace(Enumerable.Range(0, 4800).Select(_ => CommandItem.Write(Command() with { Arguments = new() { TargetPath = text } })));
        using var table = new RequestTable(_folder.Path, TimeProvider.System);
        var path = _folder[RequestTable.FileName];
        Assert.True(new FileInfo(path).Length > 4 * 1024 * 1024);
        var inode = FileStat.Of(path)!.Value.Inode;
        for (var i = 0; i < 3; i++)
            await WriteAsync(table, CommandItem.Put(Command()));
        Assert.Equal(inode, FileStat.Of(path)!.Value.Inode);
    }

    private static DateTimeOffset Now => ItemTime.Rounded(DateTimeOffset.UtcNow);

    private static JobRecord Job() => new() { Id = Ids.Next(), Kind = JobKinds.Restore, State = JobStates.Done, RequestedAt = Now, RequestedBy = "local", Total = 1 };

    private static CommandRecord Command()
    {
        var now = ItemTime.Rounded(DateTimeOffset.UtcNow);
        return new()
        {
            HostId = "here",
            Id = Ids.Next(),
            Kind = CommandKinds.Sync,
            State = CommandStates.Requested,
            Tenant = Guid.NewGuid(),
            RequestedAt = now,
            RequestedBy = "local",
            ExpiresAt = now.AddHours(1),
        };
    }

    private static CommandProgress Progress() => new() { Step = "fetching", At = ItemTime.Rounded(DateTimeOffset.UtcNow), Percent = 10 };

    private static List<Ulid> Pages(RequestTable table, ItemQuery query)
    {
        var ids = new List<Ulid>();
        Item? next = null;
        do
        {
            (var items, next) = table.Query(query, 2, next);
            ids.AddRange(items.Select(i => CommandItem.Read(i).Id));
        }
        while (next is not null);
        return ids;
    }

    private static Task WriteAsync(RequestTable table, ItemUpdate update) => table.WriteAsync(update, CancellationToken.None);

    private static async Task<CommandRecord?> FindAsync(RequestTable table, CommandRecord command) => await table.FindAsync(command.Key, CancellationToken.None) is { } item ? CommandItem.Read(item) : null;

    private static async Task IsRefused(RequestTable table, ItemUpdate update)
    {
        var before = await table.FindAsync(update.Key, CancellationToken.None);
        var refused = await Assert.ThrowsAsync<FleetTableException>(() => table.UpdateAsync(update, CancellationToken.None));
        Assert.Equal((TableFault.Refused, before), (refused.Fault, refused.Found));
        Assert.Same(before, await table.FindAsync(update.Key, CancellationToken.None));
    }
}
