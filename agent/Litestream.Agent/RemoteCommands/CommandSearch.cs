using Litestream.Agent.Reporting;
using Litestream.DynamoDb;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Agent.RemoteCommands;

/// <summary>
/// The commands for this host that are not done, as read from the table. What was read is remembered, so that the end of one command costs no reading: only news
/// are read, from a little before the newest command seen. Used by the lane alone.
/// </summary>
/// <param name="wholeInterval">Between looks at everything that may still be waiting.</param>
internal sealed class CommandSearch(string hostId, string runId, IFleetTable table, TimeSpan wholeInterval, TimeProvider time, ILogger logger)
{
    /// <summary>
    /// Ids are dated by the clock of whoever puts a command, and two of those may differ, or a put may take long: so far back before the newest command seen
    /// is read again. One that is older still (part of a move that took hours) is announced and not among the news: everything is looked at.
    /// </summary>
    public static readonly TimeSpan Margin = TimeSpan.FromMinutes(10);

    private const int PageSize = 200;
    private const int MostWaiting = 2000;
    private const int MostMalformed = 1000;

    /// <summary>What an agent that was off for long may have left in the middle.</summary>
    private static readonly TimeSpan FirstLookBack = TimeSpan.FromDays(30);

    /// <summary>Nothing older can still be asked for.</summary>
    private static readonly TimeSpan Window = CommandItem.LongestLife + TimeSpan.FromHours(1);

    private readonly SortedDictionary<Ulid, CommandRecord> _waiting = [];

    /// <summary>Begun by somebody else before this agent was confirmed: left in the middle.</summary>
    private readonly HashSet<Ulid> _left = [];

    /// <summary>What was among the news of late, so that those which were not are counted once.</summary>
    private readonly HashSet<Ulid> _known = [];

    private readonly HashSet<string> _malformed = new(StringComparer.Ordinal);
    private int _confirmation = -1;
    private bool _isLater;
    private long _wholeAt;
    private Ulid? _newest;
    private Ulid? _goOnFrom;
    private long _early;

    /// <summary>Not begun, the oldest first. A copy.</summary>
    public IReadOnlyList<CommandRecord> Waiting => [.. _waiting.Values];

    /// <summary>There are more in the table than were remembered, or some must be looked at again; and there is room for a good part of them.</summary>
    public bool HasMore => _goOnFrom is not null && _waiting.Count <= MostWaiting / 2;

    /// <summary>No room for what would be found.</summary>
    public bool IsFull => _waiting.Count >= MostWaiting;

    /// <summary>Until everything is to be looked at.</summary>
    public TimeSpan UntilWhole => !_isLater ? TimeSpan.Zero : wholeInterval - time.GetElapsedTime(_wholeAt) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>It is not waiting any more.</summary>
    public void Remove(Ulid id) => _waiting.Remove(id);

    /// <summary>Nobody knows what the table says of it now.</summary>
    public void ReadAgain(Ulid id) => _goOnFrom = _goOnFrom is { } from && from < id ? from : id;

    /// <summary>What was found under another confirmation of this host's id may be another agent's by now: all is looked at as if for the first time.</summary>
    /// <param name="confirmation">A number for each.</param>
    public void BelongTo(int confirmation)
    {
        if (_confirmation == confirmation)
            return;
        _waiting.Clear();
        _left.Clear();
        _known.Clear();
        (_confirmation, _isLater, _newest, _goOnFrom, _early) = (confirmation, false, null, null, 0);
    }

    /// <summary>Reads what may be new, or everything if that is due, or if less is new than was announced. What was read stays, also when the table fails in the middle.</summary>
    /// <param name="announced">So many were put since this was called last.</param>
    /// <param name="isRunning">This agent is doing it.</param>
    /// <param name="stop">Ends it.</param>
    public async Task ReadAsync(long announced, Func<Ulid, bool> isRunning, CancellationToken stop)
    {
        var isWhole = UntilWhole == TimeSpan.Zero;
        var news = await ReadAsync(isWhole, isRunning, stop);
        // One is put first and announced then: it may have been read with those before it.
        var missing = announced - news - _early;
        _early = !isWhole && missing < 0 ? -missing : 0;
        if (!isWhole && missing > 0 && _goOnFrom is null)
            _ = await ReadAsync(isWhole: true, isRunning, stop);
    }

    /// <summary>Answers how many were read that were not read lately.</summary>
    private async Task<int> ReadAsync(bool isWhole, Func<Ulid, bool> isRunning, CancellationToken stop)
    {
        var (now, begun, news) = (time.GetUtcNow(), time.GetTimestamp(), 0);
        var query = ItemQuery.Commands(hostId, isWhole ? Ulid.First(now - (_isLater ? Window : FirstLookBack)) : Beginning(now));
        Ulid? leftOut = null;
        Item? next = null;
        do
        {
            (var items, next) = await table.QueryAsync(query, PageSize, next, stop);
            foreach (var item in items)
            {
                if (await ReadAsync(item, now, stop) is not { } command)
                    continue;
                news += _known.Add(command.Id) ? 1 : 0;
                if (!Take(command, isRunning))
                    leftOut ??= command.Id;
            }
        }
        while (next is not null && (leftOut is null || isWhole));
        _goOnFrom = leftOut;
        var lately = Beginning(now);
        _known.RemoveWhere(id => id < lately);
        if (isWhole)
            (_isLater, _wholeAt) = (true, begun);
        return news;
    }

    private Ulid Beginning(DateTimeOffset now)
    {
        // A clock far ahead of ours must not hide what others put. Where there was nothing, everything is as good as news.
        var news = Ulid.First(_newest is not { } seen ? now - Window : (seen.Time < now ? seen.Time : now) - Margin);
        return _goOnFrom is { } from && from < news ? from : news;
    }

    /// <summary>False when there is no room for it.</summary>
    private bool Take(CommandRecord command, Func<Ulid, bool> isRunning)
    {
        if (CommandStates.IsFinal(command.State) || isRunning(command.Id))
        {
            _waiting.Remove(command.Id);
            return true;
        }
        var isAnothers = command.State != CommandStates.Requested && command.ClaimedBy != runId;
        if (isAnothers && !_isLater)
            _left.Add(command.Id);
        // Begun behind the first look, it is done by an agent that lives.
        if (isAnothers && !_left.Contains(command.Id))
            return true;
        if (_waiting.Count >= MostWaiting && !_waiting.ContainsKey(command.Id))
            return false;
        _waiting[command.Id] = command;
        return true;
    }

    /// <summary>Null for what is no command.</summary>
    private async Task<CommandRecord?> ReadAsync(Item item, DateTimeOffset now, CancellationToken stop)
    {
        try
        {
            var command = CommandItem.Read(item);
            if (_newest is not { } newest || newest < command.Id)
                _newest = command.Id;
            return command;
        }
        catch (MalformedItemException error)
        {
            if (_malformed.Count < MostMalformed && _malformed.Add(item.Key.Sort))
                logger.MalformedItem(error.Message);
            await RefuseAsync(item, error.Message, now, stop);
            return null;
        }
    }

    /// <summary>Whoever asked hears that it cannot be understood.</summary>
    private async Task RefuseAsync(Item item, string why, DateTimeOffset now, CancellationToken stop)
    {
        if (CommandItem.Refuse(item, CommandErrors.BadArgument, why, now) is not { } refusal)
            return;
        try
        {
            await table.WriteAsync(refusal, stop);
        }
        catch (FleetTableException)
        {
            // It has an answer by now, or the look at everything tries again: one bad item hinders no other.
        }
    }
}
