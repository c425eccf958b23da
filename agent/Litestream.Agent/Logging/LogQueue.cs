namespace Litestream.Agent.Logging;

/// <summary>
/// Lines on their way out. Whoever logs never waits for the reader of the log: a full pipe or a stopped terminal must not
/// stop replication. What does not fit is dropped, and counted when there is room again.
/// </summary>
internal sealed class LogQueue : IDisposable
{
    /// <summary>Ten thousand tenants registered at once fit.</summary>
    private const int MostLines = 16_384;

    private static readonly TimeSpan LongestFlush = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = new();
    private readonly SemaphoreSlim _waiting = new(0);
    private readonly TextWriter _output;
    private readonly Thread _writer;
    private long _dropped;
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
            if (_lines.Count >= MostLines)
            {
                _dropped++;
                return;
            }
            _lines.Enqueue(line);
            if (_lines.Count > 1)
                return;
        }
        _waiting.Release();
    }

    /// <summary>Writes what is left, as far as the reader takes it.</summary>
    public void Dispose()
    {
        lock (_gate)
            _ending = true;
        _waiting.Release();
        _writer.Join(LongestFlush);
    }

    private void Write()
    {
        while (true)
        {
            _waiting.Wait();
            while (TryTake(out var line))
                Emit(line);
            _output.Flush();
            lock (_gate)
            {
                if (_ending && _lines.Count == 0)
                    return;
            }
        }
    }

    private bool TryTake(out string line)
    {
        lock (_gate)
        {
            if (_dropped > 0 && _lines.Count < MostLines / 2)
            {
                line = $"{_dropped} log lines were dropped: the reader of this log was too slow";
                _dropped = 0;
                return true;
            }
            return _lines.TryDequeue(out line!);
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
