using Amazon.Runtime;
using Amazon.S3;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Litestream.Storage.S3;

/// <summary>
/// Every request to the store goes through here, and nothing else knows of trying again: counted, bounded, given a limit in time, and retried when the
/// fault may pass. Some ten seconds in all; what lasts longer is an outage, for which whoever asked has its own patience.
/// </summary>
internal sealed class S3Requests : IDisposable
{
    /// <summary>32 uploads and the reads of compactions and restores: enough to fill a fast link with small files, few enough for any store.</summary>
    public const int MaxInFlight = 64;

    private const int MaxRetries = 6;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    /// <summary>A request has this long, and its bytes come or go at no less than the slowest link worth waiting for.</summary>
    private static readonly TimeSpan BaseLimit = TimeSpan.FromSeconds(20);

    private const int SlowestBytesPerSecond = 32 * 1024;

    private readonly IAmazonS3 _client;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly HostPause _pause;
    private readonly SemaphoreSlim _gate = new(MaxInFlight);
    private readonly ResiliencePipeline _retry;

    public S3Requests(IAmazonS3 client, TimeProvider time, ILogger log)
    {
        (_client, _time, _log, _pause) = (client, time, log, new(time, new Random()));
        _retry = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<StorageException>(e => e.Fault == StorageFault.Transient),
                MaxRetryAttempts = MaxRetries,
                Delay = FirstDelay,
                MaxDelay = LongestDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                OnRetry = attempt =>
                {
                    _log.TriesAgain(attempt.Outcome.Exception!.Message, attempt.AttemptNumber + 2, attempt.RetryDelay.TotalMilliseconds);
                    return default;
                },
            })
            .Build();
    }

    /// <summary>Runs a request until it succeeds, cannot, or was tried often enough. Throws <see cref="StorageException"/>.</summary>
    /// <param name="operation">For the counts: each try is one.</param>
    /// <param name="counters">Whose request it is.</param>
    /// <param name="doing">For messages: what is being done, to what.</param>
    /// <param name="bytes">What it carries, for its limit in time.</param>
    /// <param name="request">Makes it, anew for each try.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    public async Task<T> RunAsync<T>(
        StorageOperation operation, RequestCounters counters, string doing, long bytes, Func<IAmazonS3, CancellationToken, Task<T>> request, CancellationToken cancellationToken) =>
        await _retry.ExecuteAsync(async token => await TryAsync(operation, counters, doing, bytes, request, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    public void Dispose() => _gate.Dispose();

    private async Task<T> TryAsync<T>(
        StorageOperation operation, RequestCounters counters, string doing, long bytes, Func<IAmazonS3, CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        await _pause.WaitAsync(cancellationToken).ConfigureAwait(false);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            counters.Count(operation);
            using var limit = new CancellationTokenSource(BaseLimit + TimeSpan.FromSeconds((double)bytes / SlowestBytesPerSecond), _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
            var result = await request(_client, either.Token).ConfigureAwait(false);
            _pause.Answered();
            return result;
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
        catch (Exception e) when (e is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or OperationCanceledException or System.Net.Sockets.SocketException)
        {
            if (S3Fault.IsThrottling(e) && _pause.Refused() is { } pause)
                _log.Throttled(doing, pause.TotalMilliseconds);
            throw S3Fault.Of(doing, e);
        }
        finally
        {
            _gate.Release();
        }
    }
}
