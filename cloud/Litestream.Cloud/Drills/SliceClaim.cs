using Litestream.DynamoDb;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Cloud.Drills;

/// <summary>
/// A slice that is ours for two minutes at a time: renewed as long as the visit lasts, with the cursor; let go with the cursor when the visit must stop. Whoever
/// dies lets go by dying.
/// </summary>
internal sealed class SliceClaim : IAsyncDisposable
{
    public static readonly TimeSpan Length = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(30);

    private readonly CloudContext _context;
    private readonly string _worker;
    private readonly CancellationTokenSource _end;
    private readonly Task _renewing;
    private volatile object? _cursor;
    private bool _isOver;

    private SliceClaim(CloudContext context, SliceRecord slice, string worker, CancellationToken stop)
    {
        (_context, Slice, _worker, Cursor) = (context, slice, worker, slice.Cursor);
        _end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _renewing = RenewAsync(_end.Token);
    }

    public SliceRecord Slice { get; }

    /// <summary>Up to this tenant the visit is done. Set by the visit and read by what renews the claim, so in one word.</summary>
    public Guid? Cursor
    {
        get => (Guid?)_cursor;
        set => _cursor = value;
    }

    /// <summary>Ends with the worker, and when another took us for dead.</summary>
    public CancellationToken Token => _end.Token;

    /// <summary>Null when somebody else was quicker.</summary>
    public static async Task<SliceClaim?> TryAsync(CloudContext context, SliceRecord slice, string worker, CancellationToken stop)
    {
        var now = context.Time.GetUtcNow();
        return await TryAsync(context, SliceItem.Claim(slice, worker, now + Length, now), stop) ? new(context, slice, worker, stop) : null;
    }

    /// <summary>The visit is over. False when another took us for dead.</summary>
    public async Task<bool> EndAsync(SliceRecord visited, CancellationToken stop)
    {
        _isOver = true;
        return await TryAsync(_context, SliceItem.Visit(visited, _worker), stop);
    }

    /// <summary>Unless the visit is over, the next worker may go on at once.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
        if (_isOver)
            return;
        try
        {
            // A moment ago, so that it is past for a clock that is a little behind.
            await TryAsync(_context, SliceItem.Renew(Slice.Slice, _worker, _context.Time.GetUtcNow().AddSeconds(-1), Cursor), CancellationToken.None);
        }
        catch (FleetTableException)
        {
            // The claim passes by itself.
        }
    }

    private async Task RenewAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(RenewEvery, _context.Time);
        while (await timer.WaitForNextTickAsync(stop))
        {
            try
            {
                if (!await TryAsync(_context, SliceItem.Renew(Slice.Slice, _worker, _context.Time.GetUtcNow() + Length, Cursor), stop))
                    await _end.CancelAsync();
            }
            catch (FleetTableException)
            {
                // There are three more tries until it is past.
            }
        }
    }

    private static async Task<bool> TryAsync(CloudContext context, ItemUpdate update, CancellationToken stop)
    {
        try
        {
            await context.Table.WriteAsync(update, stop);
            return true;
        }
        catch (FleetTableException refused) when (refused.Fault == TableFault.Refused)
        {
            return false;
        }
    }
}
