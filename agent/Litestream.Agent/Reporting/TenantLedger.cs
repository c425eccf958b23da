namespace Litestream.Agent.Reporting;

/// <summary>
/// Which tenants the fleet should hear of: those whose state changed, new ones, those that are gone, and in the hour those that were used. One note for
/// each, compared at each look; what was missed while the table was away is still different at the next look. Used by the lane alone, but for
/// <see cref="Written"/> and <see cref="WaitingCount"/>.
/// </summary>
/// <param name="lagLimit">A tenant further behind is late.</param>
/// <param name="random">Spreads the refreshes of tenants that came together.</param>
internal sealed class TenantLedger(TimeSpan lagLimit, Random random)
{
    public static readonly TimeSpan RefreshInterval = TimeSpan.FromHours(1);

    private readonly Dictionary<Guid, TenantNote> _notes = [];
    private readonly Lock _lock = new();
    private readonly List<DueTenant> _changed = [];
    private readonly List<DueTenant> _new = [];
    private readonly List<DueTenant> _used = [];
    private int _look;

    public int Count
    {
        get
        {
            lock (_lock)
                return _notes.Count;
        }
    }

    /// <summary>Tenants of whose present state the table does not know, as of the last look.</summary>
    public int WaitingCount { get; private set; }

    public void BeginLook()
    {
        _look++;
        WaitingCount = 0;
        Forget();
    }

    public void See(Guid tenant, DatabaseSnapshot database, DateTime now)
    {
        // Nothing is known of it yet, not even its epoch: it is looked at within seconds.
        if (database.Reason == DatabaseReason.Pending)
        {
            Keep(tenant);
            return;
        }
        var state = TenantView.StateOf(database, lagLimit);
        lock (_lock)
        {
            if (!_notes.TryGetValue(tenant, out var note))
                note = new(state, 0, now, DateTime.MinValue, _look, IsDue: true);
            else if (note.State != state)
                note = note with { State = state, Since = now, Look = _look, IsDue = true };
            else
                note = note with { Look = _look };
            _notes[tenant] = note;
            if (note.IsDue)
                WaitingCount++;
            if (note.IsDue || (now >= note.RefreshAt && note.Use != TenantView.UseOf(database)))
                (note.IsNew ? _new : note.IsDue ? _changed : _used).Add(new(tenant, database, note.Since, note.IsNew));
        }
    }

    /// <summary>Between looks nothing holds what databases were.</summary>
    private void Forget()
    {
        _changed.Clear();
        _new.Clear();
        _used.Clear();
    }

    private void Keep(Guid tenant)
    {
        lock (_lock)
        {
            if (_notes.TryGetValue(tenant, out var note))
                _notes[tenant] = note with { Look = _look };
        }
    }

    /// <summary>What to write now, the most telling first: what changed, what is gone, what is new, what was used.</summary>
    /// <param name="most">At most so many; the others are due at the next look as well.</param>
    public List<DueTenant> EndLook(DateTime now, int most)
    {
        List<DueTenant> gone = [];
        lock (_lock)
        {
            foreach (var (tenant, note) in _notes)
            {
                if (note.Look == _look)
                    continue;
                // Of which the table never heard, it need not hear that it is gone.
                if (note.IsNew)
                    _notes.Remove(tenant);
                else
                    gone.Add(new(tenant, null, now));
            }
        }
        WaitingCount += gone.Count;
        List<DueTenant> due = [.. _changed.Concat(gone).Concat(_new).Concat(_used).Take(most)];
        Forget();
        return due;
    }

    /// <summary>Who owns them is to be asked: they are due, changed or not. Those that are not known are left out.</summary>
    public void Doubt(Predicate<Guid> which)
    {
        lock (_lock)
        {
            foreach (var (tenant, note) in _notes)
            {
                if (which(tenant))
                    _notes[tenant] = note with { IsDue = true };
            }
        }
    }

    /// <summary>The table has it, or knows better. From any thread.</summary>
    /// <param name="since">What the table says of the time since when its state is what it is; null: what was due.</param>
    public void Written(DueTenant due, DateTime now, DateTimeOffset? since = null)
    {
        lock (_lock)
        {
            if (due.Database is not { } database)
            {
                if (_notes.TryGetValue(due.Tenant, out var left) && left.Look != _look)
                    _notes.Remove(due.Tenant);
                return;
            }
            if (!_notes.TryGetValue(due.Tenant, out var note))
                return;
            // Tenants that came together are not refreshed together for long.
            var refreshAt = now + (RefreshInterval * (0.9 + (0.2 * random.NextDouble())));
            // It may have changed again while it was on its way.
            if (since is { } earlier && note.State == TenantView.StateOf(database, lagLimit))
                note = note with { Since = earlier.UtcDateTime };
            _notes[due.Tenant] = note with { Use = TenantView.UseOf(database), RefreshAt = refreshAt, IsDue = note.IsDue && note.State != TenantView.StateOf(database, lagLimit) };
        }
    }
}
