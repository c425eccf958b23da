using Microsoft.AspNetCore.Http.Features;

namespace Litestream.Cloud.Lambda;

/// <summary>The end of a request's time, a little before Lambda's: there must be some left to say so.</summary>
internal sealed class Deadline : IHttpRequestLifetimeFeature, IDisposable
{
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(500);

    /// <summary>Timers know no more than some weeks; no function lives longer than 15 minutes.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private readonly CancellationTokenSource _source;

    public Deadline(DateTimeOffset end, TimeProvider time)
    {
        var left = end - time.GetUtcNow() - Margin;
        _source = new(left < TimeSpan.Zero ? TimeSpan.Zero : left > Longest ? Longest : left, time);
        RequestAborted = _source.Token;
    }

    public CancellationToken RequestAborted { get; set; }

    public bool HasPassed => _source.IsCancellationRequested;

    public void Abort() => _source.Cancel();

    public void Dispose() => _source.Dispose();
}
