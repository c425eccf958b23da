using System.Globalization;
using Litestream.Agent.Configuration;
using Litestream.Restore;

namespace Litestream.Agent.Commands;

/// <summary>One line on a terminal that shows how far a restore is; nothing where nobody watches.</summary>
internal sealed class RestoreProgressLine(TextWriter? terminal, TimeProvider time) : IProgress<RestoreProgress>, IDisposable
{
    private const int BarWidth = 30, Behind = 24;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private long _last = time.GetTimestamp();
    private string? _step;
    private bool _drawn;

    public void Report(RestoreProgress value)
    {
        if (value.PagesTotal > 0)
            Draw(null, value.PagesDone, value.PagesTotal, value.BytesRead);
    }

    /// <param name="step">What is being done, where there are several steps.</param>
    /// <param name="pagesDone">Of <paramref name="pagesTotal"/>, which is 0 where none are counted.</param>
    public void Draw(string? step, long pagesDone, long pagesTotal, long bytesRead)
    {
        if (terminal is null)
            return;
        lock (_gate)
        {
            if (step == _step && time.GetElapsedTime(_last) < Pause)
                return;
            (_last, _step, _drawn) = (time.GetTimestamp(), step, true);
            var part = pagesTotal == 0 ? 0 : Math.Min(1, (double)pagesDone / pagesTotal);
            var done = (int)(part * BarWidth);
            var read = bytesRead > 0 || step is null ? $"{SizeText.Format(bytesRead)} read" : "";
            terminal.Write(string.Create(CultureInfo.InvariantCulture, $"\r[{new string('#', done)}{new string('.', BarWidth - done)}] {part:0%}  {$"{step} {read}".Trim(),-Behind}"));
        }
    }

    /// <summary>Wipes the line.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_drawn)
                terminal!.Write("\r" + new string(' ', BarWidth + 9 + Behind) + "\r");
        }
    }
}
