using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace Litestream.Writer.Workload;

/// <summary>
/// The loop of a writer: choose a database, do one operation, note the acknowledged commit. Owned databases are this
/// process's alone and may come and go; shared ones are written by several processes and stay.
/// </summary>
internal sealed class TenantLoad : IDisposable
{
    // As an application with a small connection pool: many tenants, few connections.
    private const int MaxOpen = 50;
    private const int SqliteBusy = 5;
    private const int SqliteLocked = 6;

    private readonly WorkloadOptions _options;
    private readonly Random _random;
    private readonly AcknowledgedLog _log;
    private readonly Totals _totals = new();
    private readonly LifeCycle? _lifeCycle;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _owned;
    private readonly string[] _shared;
    private readonly Dictionary<string, TenantSession> _sessions = [];
    private readonly StallWatch _stalls;

    public TenantLoad(WorkloadOptions options, List<string> owned, string[] shared, AcknowledgedLog log)
    {
        if (owned.Count + shared.Length == 0)
            throw new ArgumentException("nothing to write to: name databases, or give -dir, -list or -shared");
        _options = options;
        _random = new Random(options.Seed);
        _log = log;
        _owned = owned;
        _shared = shared;
        _stalls = new StallWatch(_totals);
        if (options.ChurnProbability > 0)
            _lifeCycle = new LifeCycle(_random, options.TemplateDirectory ?? throw new ArgumentException("-churn needs -templates"), _totals);
    }

    public void Stop() => _stop.Cancel();

    public Totals Run()
    {
        var clock = Stopwatch.StartNew();
        while (!_stop.IsCancellationRequested && clock.Elapsed < _options.Duration && _totals.Transactions < _options.MaxTransactions)
        {
            Pace(clock);
            Step();
        }

        foreach (var session in _sessions.Values)
        {
            using (_stalls.Begin($"closing {session.Path}"))
                session.Close();
        }

        using (_stalls.Begin("bringing back what was deleted", patience: TimeSpan.FromSeconds(20)))
            _lifeCycle?.BringAllBack(_stop.Token);
        return _totals;
    }

    public void Dispose()
    {
        foreach (var session in _sessions.Values)
            session.Dispose();
        _stalls.Dispose();
        _stop.Dispose();
    }

    private void Step()
    {
        var at = _random.Next(_owned.Count + _shared.Length);
        var path = at < _owned.Count ? _owned[at] : _shared[at - _owned.Count];
        try
        {
            if (_lifeCycle is not null && at < _owned.Count)
            {
                using (_stalls.Begin($"re-creating {path}"))
                {
                    if (_lifeCycle.IsAway(path))
                        return;
                }

                if (_random.NextDouble() < _options.ChurnProbability)
                {
                    using (_stalls.Begin($"deleting or replacing {path}"))
                        Churn(_lifeCycle, path);
                    return;
                }
            }

            Operate(Session(path));
        }
        catch (SqliteException error) when (error.SqliteErrorCode is SqliteBusy or SqliteLocked)
        {
            _totals.Busy++;
        }
        catch (Exception error) when (error is SqliteException or IOException)
        {
            _totals.Failures++;
            Console.Error.WriteLine($"{DateTime.UtcNow:O} {path}: {error.Message}");
        }
    }

    private void Operate(TenantSession session)
    {
        var operation = _options.Mix.Pick(_random);
        using var stall = _stalls.Begin($"{operation} in {session.Path}");
        var begun = Stopwatch.GetTimestamp();
        if (session.Run(operation))
        {
            _totals.Latencies.Add((int)Stopwatch.GetElapsedTime(begun).TotalMicroseconds);
            _log.Append(session.Path, session.Incarnation, _options.Writer, session.Committed);
            _totals.Transactions++;
        }

        if (_options.Session == SessionHabit.Request || (_options.Session == SessionHabit.Mixed && _random.Next(10) < 3))
            session.Close();
    }

    private void Churn(LifeCycle lifeCycle, string path)
    {
        if (_random.Next(4) == 0)
        {
            _owned.Add(lifeCycle.Arrive(Path.GetDirectoryName(path)!));
            return;
        }

        Session(path).Close();
        if (!lifeCycle.Depart(path))
            _owned.Remove(path);
    }

    private TenantSession Session(string path)
    {
        if (_sessions.TryGetValue(path, out var session))
            return session;
        if (_sessions.Count >= MaxOpen)
        {
            var victim = _sessions.Keys.ElementAt(_random.Next(_sessions.Count));
            _sessions.Remove(victim, out var closing);
            closing?.Dispose();
        }

        return _sessions[path] = new TenantSession(path, _options.Writer, _random, _options.Synchronous);
    }

    private void Pace(Stopwatch clock)
    {
        if (_options.TransactionsPerSecond <= 0)
            return;
        var ahead = TimeSpan.FromSeconds((_totals.Transactions + _totals.Busy) / _options.TransactionsPerSecond) - clock.Elapsed;
        if (ahead > TimeSpan.Zero)
            _stop.Token.WaitHandle.WaitOne(ahead);
    }
}
