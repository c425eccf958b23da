using Amazon.Runtime;
using Amazon.S3;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Litestream.Storage.S3;

/// <summary>
/// Every request to the store goes through here, and nothing else knows of trying again: counted, bounded, ended when it stands still, and retried when
/// the fault may pass. Some ten seconds in all; what lasts longer is an outage, for which whoever asked has its own patience.
/// </summary>
internal sealed class S3Requests : IDisposable
{
    /// <summary>32 uploads and the reads of compactions and restores: enough to fill a fast link with small files, few enough for any store.</summary>
    public const int MaxInFlight = 64;

    private const int MaxRetries = 6;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    private readonly IAmazonS3 _client;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly string _where;
    private readonly HostPause _pause;
    private readonly HostOutage _outage;
    private readonly SemaphoreSlim _gate = new(MaxInFlight);
    private readonly ResiliencePipeline _retry;

    /// <param name="client">Of the store.</param>
    /// <param name="where">The store, for messages.</param>
    /// <param name="time">For waiting.</param>
    /// <param name="log">Says what is tried again.</param>
    public S3Requests(IAmazonS3 client, string where, TimeProvider time, ILogger log)
    {
        (_client, _where, _time, _log) = (client, where, time, log);
        (_pause, _outage) = (new(time, new Random()), new(time, new Random()));
        _retry = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<StorageException>(e => e.Fault == StorageFault.Transient && !_outage.IsLasting),
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
    /// <param name="bytes">What it carries, for its patience.</param>
    /// <param name="request">Makes it, anew for each try.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    public async Task<T> RunAsync<T>(
        StorageOperation operation, RequestCounters counters, string doing, long bytes, Func<S3Attempt, Task<T>> request, CancellationToken cancellationToken) =>
        await _retry.ExecuteAsync(async token => await TryAsync(operation, counters, doing, bytes, request, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    public void Dispose() => _gate.Dispose();

    private async Task<T> TryAsync<T>(
        StorageOperation operation, RequestCounters counters, string doing, long bytes, Func<S3Attempt, Task<T>> request, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        var isLook = false;
        try
        {
            await _pause.WaitAsync(cancellationToken).ConfigureAwait(false);
            isLook = await _outage.EnterAsync(doing, cancellationToken).ConfigureAwait(false);
            counters.Count(operation);
            using var attempt = new S3Attempt(_client, bytes, _time, cancellationToken);
            var result = await RequestAsync(operation, doing, attempt, request, cancellationToken).ConfigureAwait(false);
            _pause.Answered();
            _outage.Answered();
            return result;
        }
        finally
        {
            if (isLook)
                _outage.Looked();
            _gate.Release();
        }
    }

    /// <summary>The one place where what the SDK throws becomes our own: on answers that are none of S3 it throws anything.</summary>
    private async Task<T> RequestAsync<T>(StorageOperation operation, string doing, S3Attempt attempt, Func<S3Attempt, Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            return await request(attempt).ConfigureAwait(false);
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
        catch (Exception e) when (e is not (FileNotFoundException or DirectoryNotFoundException or OutOfMemoryException))
        {
            if (S3Fault.IsThrottling(e) && _pause.Refused(S3Fault.RetryAfter(e)) is { } pause)
                _log.Throttled(doing, pause.TotalMilliseconds);
            var fault = S3Fault.Of(operation, doing, _where, e);
            if (fault.Fault == StorageFault.Transient || S3Fault.ConcernsAll(e))
                _outage.Failed(fault);
            else
                _outage.Answered();
            throw fault;
        }
    }
}
