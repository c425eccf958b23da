namespace Litestream.Agent.Logging;

/// <summary>
/// Lines on their way out. Whoever logs does not wait for the reader of the log: a full pipe or a stopped terminal must not stop
/// replication. A burst that a living reader cannot take at once is waited for, a moment; what a dead one does not take is
/// dropped, and counted when there is room again.
/// </summary>
internal sealed class LogQueue : IDisposable
{
    private const int MostLines = 16_384;

    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestFlush = TimeSpan.FromSeconds(1);

    /// <summary>Monitor, not Lock: both sides wait on it for the other.</summary>
    private readonly object _gate = new();
    private readonly Queue<string> _lines = new();
    private readonly TextWriter _output;
    private readonly Thread _writer;
    private long _dropped;
    /// <summary>While the queue is full: until when its fillers wait. Unset (0) when there is room.</summary>
    private long _patienceEndsAt;
    private bool _ending;

    public LogQueue(TextWriter output)
    {
        _output = output;
        _writer = new(Write) { IsBackground = true, Name = "log" };
        _writer.Start();
    }

    public void Add(string line)
    {
        lock (_gate)
        {
            if (!HasRoom())
            {
                _dropped++;
                return;
            }
            _lines.Enqueue(line);
            if (_lines.Count == 1)
                Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Writes what is left, as far as the reader takes it.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _ending = true;
            Monitor.PulseAll(_gate);
        }
        _writer.Join(LongestFlush);
    }

    /// <summary>All fillers together wait for one moment; after that nobody waits until half of the queue is gone.</summary>
    private bool HasRoom()
    {
        if (_lines.Count < MostLines)
            return true;
        if (_patienceEndsAt == 0)
            _patienceEndsAt = Environment.TickCount64 + (long)LongestWait.TotalMilliseconds;
        while (_lines.Count >= MostLines && _patienceEndsAt - Environment.TickCount64 is > 0 and var left)
            Monitor.Wait(_gate, (int)left);
        return _lines.Count < MostLines;
    }

    private void Write()
    {
        while (true)
        {
            while (TryTake(out var line))
                Emit(line);
            Flush();
            lock (_gate)
            {
                if (_ending && _lines.Count == 0)
                    return;
                if (_lines.Count == 0 && _dropped == 0)
                    Monitor.Wait(_gate);
            }
        }
    }

    private bool TryTake(out string line)
    {
        lock (_gate)
        {
            if (_lines.Count <= MostLines / 2)
                _patienceEndsAt = 0;
            if (_dropped > 0 && _patienceEndsAt == 0)
            {
                line = $"{_dropped} log lines were dropped: the reader of this log was too slow";
                _dropped = 0;
                return true;
            }
            var taken = _lines.TryDequeue(out line!);
            if (_lines.Count == MostLines - 1)
                Monitor.PulseAll(_gate);
            return taken;
        }
    }

    private void Flush()
    {
        try
        {
            _output.Flush();
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // as below
        }
    }

    private void Emit(string line)
    {
        try
        {
            _output.WriteLine(line);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // Nobody reads any more. The agent has more important things to do than to log.
        }
    }
}
