using Microsoft.Extensions.Logging;

namespace Litestream.Storage.S3;

/// <summary>
/// Does the store honour create-only writes, on which two agents' safety from each other stands? Tried once with an object of its own,
/// <c>.litestream/probe</c>, which stays: where it is there already, one request answers.
/// </summary>
internal sealed class S3Fence(S3Bucket bucket, RequestCounters counters, string url, ILogger log) : IDisposable
{
    public const string ProbeKey = ".litestream/probe";

    private static readonly byte[] Content = "Litestream creates this object once, to see whether this store refuses to overwrite it.\n"u8.ToArray();

    private readonly SemaphoreSlim _turn = new(1);
    private volatile int _state = (int)Fencing.Unknown;

    public Fencing State => (Fencing)_state;

    /// <summary>Tries it if that was not done yet. Throws <see cref="StorageException"/>.</summary>
    public async ValueTask<bool> IsEnforcedAsync(CancellationToken cancellationToken)
    {
        if (State == Fencing.Unknown)
            await ProbeAsync(cancellationToken).ConfigureAwait(false);
        return State == Fencing.Enforced;
    }

    public void Dispose() => _turn.Dispose();

    private async Task ProbeAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (State != Fencing.Unknown)
                return;
            // Created where it was there already: the condition was ignored. The first time on a new bucket it takes a second try to see that.
            var isEnforced = !await TryCreateAsync(cancellationToken).ConfigureAwait(false) || !await TryCreateAsync(cancellationToken).ConfigureAwait(false);
            _state = (int)(isEnforced ? Fencing.Enforced : Fencing.Advisory);
            if (isEnforced)
                log.FencingIsEnforced(url);
            else
                log.FencingIsAdvisory(url);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<bool> TryCreateAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await CreateAsync(isConditional: true, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException e) when (IsRefusedCondition(e))
        {
            // Stores that do not know conditions refuse the header; without it the same request must work.
            return await CreateAsync(isConditional: false, cancellationToken).ConfigureAwait(false);
        }
    }

    private Task<bool> CreateAsync(bool isConditional, CancellationToken cancellationToken) =>
        bucket.CreateAsync(ProbeKey, () => new MemoryStream(Content), Content.Length, null, isConditional, counters, cancellationToken);

    private static bool IsRefusedCondition(StorageException error) =>
        error.InnerException is Amazon.Runtime.AmazonServiceException { ErrorCode: "NotImplemented" or "InvalidArgument" or "InvalidRequest" or "UnsupportedOperation" };
}
