using Litestream.Core.Tests.Replication;
using Litestream.Storage.S3;

namespace Litestream.Core.Tests.Storage.S3;

public sealed class S3AttemptTests : IDisposable
{
    private const long Bytes = 8 * 1024 * 1024;
    private readonly ManualTime _time = new();
    private readonly S3Attempt _attempt;

    public S3AttemptTests() => _attempt = new(null!, Bytes, _time, default);

    public void Dispose() => _attempt.Dispose();

    [Fact]
    public async Task On_a_slow_link_it_goes_on_as_long_as_bytes_go()
    {
        await using var body = _attempt.Watch(new MemoryStream(new byte[Bytes]));
        var buffer = new byte[64 * 1024];
        // 64 KiB every 20 s, 3 kB/s: three quarters of an hour for one part.
        while (await body.ReadAsync(buffer) > 0)
        {
            _time.Advance(TimeSpan.FromSeconds(20));
            Assert.False(_attempt.Token.IsCancellationRequested, $"ended after {body.Position} bytes");
        }
    }

    [Fact]
    public void One_that_stands_still_is_ended()
    {
        _time.Advance(TimeSpan.FromSeconds(60));
        _attempt.Progressed();
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.False(_attempt.Token.IsCancellationRequested);
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.True(_attempt.Token.IsCancellationRequested);
    }

    [Fact]
    public void One_without_a_body_has_half_a_minute()
    {
        using var attempt = new S3Attempt(null!, 0, _time, default);
        _time.Advance(S3Attempt.Patience - TimeSpan.FromSeconds(1));
        Assert.False(attempt.Token.IsCancellationRequested);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(attempt.Token.IsCancellationRequested);
    }
}
