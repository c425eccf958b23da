using Litestream.Core.Tests.Ltx;
using Litestream.Ltx;
using Litestream.Storage;
using Litestream.Tests.Servers;

namespace Litestream.Core.Tests.Storage.S3;

/// <summary>What answers at an endpoint need not be a store: a proxy, a sign-in page, another server. None of its answers may count as work done.</summary>
public sealed class S3WrongAnswersTests : IDisposable
{
    private static readonly ReplicaAccess Access = new() { AccessKeyId = S3Server.AccessKeyId, SecretAccessKey = S3Server.SecretAccessKey };
    private static readonly LtxFile Small = new(0, new(1), new(1), 5, DateTimeOffset.UnixEpoch);
    private static readonly LtxFile Large = new(9, new(1), new(1), 6_000_000, DateTimeOffset.UnixEpoch);

    private readonly ScratchFolder _folder = new();
    private readonly S3Server _server = S3Server.StartAsync("fleet").GetAwaiter().GetResult();
    private readonly ReplicaRoot _root;

    public S3WrongAnswersTests()
    {
        File.WriteAllText(_folder["small"], "small");
        File.WriteAllText(_folder["large"], new string('x', 6_000_000));
        _root = ReplicaRoot.Parse(_server.Url("fleet") + "&partSize=5MB", Access);
    }

    public void Dispose()
    {
        _root.Dispose();
        _server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _folder.Dispose();
    }

    [Theory]
    [InlineData((int)S3ServerFault.Page)]
    [InlineData((int)S3ServerFault.Nothing)]
    [InlineData((int)S3ServerFault.OtherXml)]
    [InlineData((int)S3ServerFault.Redirect)]
    public async Task Success_that_no_store_would_answer_is_no_success(int fault)
    {
        await _root.CheckAsync(default);
        var storage = _root.Open("a");
        Assert.True(await storage.PublishAsync(Small with { Level = 1 }, _folder["small"], default));
        (string What, Func<Task> Do)[] steps =
        [
            ("create", () => storage.PublishAsync(Small, _folder["small"], default)),
            ("begin the upload", () => storage.PublishAsync(Large, _folder["large"], default)),
            ("list", async () => await ReplicaListing.ReadAsync(storage, default)),
            ("read", async () => await storage.OpenAsync(Small with { Level = 1 }, default)),
        ];
        foreach (var (what, step) in steps)
        {
            var tries = 0;
            // Two wrong answers, then right ones: not believed, tried again, done. A redirection is for people to follow.
            _server.Fault = _ => ++tries <= 2 ? (S3ServerFault)fault : S3ServerFault.None;
            if (fault != (int)S3ServerFault.Redirect)
            {
                await step();
                Assert.True(tries > 2, what);
                continue;
            }
            var error = await Assert.ThrowsAsync<StorageException>(step);
            Assert.Equal(StorageFault.Permanent, error.Fault);
            Assert.InRange(tries, 1, 2); // old uploads are looked for first, which need not work
            Assert.StartsWith($"{what} ", error.Message, StringComparison.Ordinal);
            Assert.Contains($"at {_server.Endpoint}: ", error.Message, StringComparison.Ordinal);
            Assert.Contains("endpoint", error.Hint, StringComparison.Ordinal);
        }
        _server.Fault = _ => S3ServerFault.None;
        Assert.Equal(fault == (int)S3ServerFault.Redirect ? 1 : 3, (await ReplicaListing.ReadAsync(storage, default)).Count);
    }

    [Fact]
    public async Task A_sign_in_page_is_no_store_without_fencing_but_none_at_all()
    {
        _server.Fault = _ => S3ServerFault.Page;
        var error = await Assert.ThrowsAsync<StorageException>(() => _root.CheckAsync(default));
        Assert.Equal(StorageFault.Transient, error.Fault);
        Assert.Contains("sign-in page", error.Hint, StringComparison.Ordinal);
        Assert.Equal(Fencing.Unknown, _root.Fencing);
        _server.Fault = _ => S3ServerFault.None;
        await _root.CheckAsync(default);
        Assert.Equal(Fencing.Enforced, _root.Fencing);
    }

    [Fact]
    public async Task A_store_that_says_for_how_long_is_left_alone_for_so_long()
    {
        await _root.CheckAsync(default);
        var times = new List<long>();
        _server.Fault = _ =>
        {
            times.Add(Environment.TickCount64);
            return times.Count == 1 ? S3ServerFault.SlowDownForTwoSeconds : S3ServerFault.None;
        };
        Assert.True(await _root.Open("a").PublishAsync(Small, _folder["small"], default));
        Assert.InRange(times[1] - times[0], 1950, 30_000);
    }
}
