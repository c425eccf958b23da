using System.Globalization;
using Litestream.Agent.Configuration;
using Litestream.Restore;

namespace Litestream.Agent.Commands;

/// <summary>One line on a terminal that shows how far a restore is; nothing where nobody watches.</summary>
internal sealed class RestoreProgressLine(TextWriter? terminal, TimeProvider time) : IProgress<RestoreProgress>, IDisposable
{
    private const int BarWidth = 30;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private long _last = time.GetTimestamp();
    private bool _drawn;

    public void Report(RestoreProgress value)
    {
        if (terminal is null || value.PagesTotal == 0)
            return;
        lock (_gate)
        {
            if (time.GetElapsedTime(_last) < Pause)
                return;
            _last = time.GetTimestamp();
            _drawn = true;
            var part = Math.Min(1, (double)value.PagesDone / value.PagesTotal);
            var done = (int)(part * BarWidth);
            terminal.Write(string.Create(CultureInfo.InvariantCulture, $"\r[{new string('#', done)}{new string('.', BarWidth - done)}] {part:0%}  {SizeText.Format(value.BytesRead)} read "));
        }
    }

    /// <summary>Wipes the line.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_drawn)
                terminal!.Write("\r" + new string(' ', BarWidth + 30) + "\r");
        }
    }
}
