using Litestream.Restore;
using Litestream.Restore.Generations;
using Litestream.Storage;
using Litestream.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Core.Tests.Restore.Generations;

/// <summary>Replicas of Litestream v0.3 come back byte by byte, or are refused with the reason.</summary>
public sealed class GenerationRestorerTests : IDisposable
{
    private readonly OldReplica _replica = new();
    private readonly RestoreTarget _target = new();

    public void Dispose()
    {
        _replica.Dispose();
        _target.Dispose();
    }

    [Fact]
    public async Task The_newest_state_is_snapshot_and_all_WALs()
    {
        var result = await Restore();
        Assert.Equal(_replica.States[1], _target.Bytes);
        Assert.Equal((4, OldReplica.Start.AddMinutes(3), ProofKind.FileChecksums), (result.FileCount, result.Timestamp, result.Proof));
        Assert.Equal(["restored.db"], _target.Files);
    }

    [Fact]
    public async Task A_time_takes_what_was_written_up_to_then()
    {
        Assert.Contains("no snapshot", (await Refuses(OldReplica.Start.AddMinutes(-1))).Message, StringComparison.Ordinal);
        await Restore(OldReplica.Start.AddMinutes(2));
        Assert.Equal(_replica.States[0], _target.Bytes);
    }

    [Fact]
    public async Task A_missing_piece_or_WAL_is_named()
    {
        var files = _replica.Files;
        var piece = File.ReadAllBytes(files[1]);
        File.Delete(files[1]);
        Assert.Contains(Path.GetFileName(files[2]), (await Refuses()).Message, StringComparison.Ordinal);
        File.WriteAllBytes(files[1], piece);
        File.Delete(files[1]);
        File.Delete(files[2]);
        Assert.Contains("WAL 00000000", (await Refuses()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public Task A_transaction_cannot_be_asked_for() =>
        Assert.ThrowsAsync<LitestreamException>(() => Restorer().RunAsync(_target.Options with { Txid = new(1) }, default));

    [Fact]
    public async Task Damage_anywhere_is_a_typed_error_and_leaves_nothing()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        foreach (var path in _replica.Files)
        {
            var (whole, time) = (File.ReadAllBytes(path), File.GetLastWriteTimeUtc(path));
            for (var round = 0; round < 40; round++)
            {
                File.WriteAllBytes(path, Mutate(whole, random));
                File.SetLastWriteTimeUtc(path, time);
                try
                {
                    await Restore();
                    Assert.True(_target.Bytes.AsSpan().SequenceEqual(_replica.States[1]), $"seed {seed}, {path}, round {round}: another state");
                }
                catch (LitestreamException e)
                {
                    Assert.True(e.Message.Contains(Path.GetFileName(path), StringComparison.Ordinal), $"seed {seed}, {path}, round {round}: {e.Message}");
                    Assert.Empty(_target.Files);
                }
                File.Delete(_target.Path);
            }
            File.WriteAllBytes(path, whole);
            File.SetLastWriteTimeUtc(path, time);
        }
    }

    private static byte[] Mutate(byte[] whole, Random random)
    {
        var bytes = whole.ToArray();
        switch (random.Next(4))
        {
            case 0:
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                return bytes[..random.Next(bytes.Length)];
            case 2:
                random.NextBytes(bytes.AsSpan(random.Next(bytes.Length)));
                return bytes;
            default:
                return [.. bytes, .. new byte[1 + random.Next(20)]];
        }
    }

    [Fact]
    public async Task A_bucket_gives_back_the_same()
    {
        await using var server = await S3Server.StartAsync("old");
        foreach (var file in _replica.Files)
            server.Store.Put("old", "db/" + Path.GetRelativePath(_replica.Folder, file), await File.ReadAllBytesAsync(file), new Dictionary<string, string>(), onlyIfAbsent: true);
        server.Store.Put("old", "db/generations/0123456789abcdef/wal/readme.txt", [1], new Dictionary<string, string>(), onlyIfAbsent: true);
        var access = new ReplicaAccess { AccessKeyId = S3Server.AccessKeyId, SecretAccessKey = S3Server.SecretAccessKey };
        using var root = ReplicaRoot.Parse(server.Url("old/db"), access);
        var restorer = new GenerationRestorer(root, "", TimeProvider.System, NullLogger.Instance);
        Assert.NotNull(await restorer.NewestUpToAsync(null, default));
        var result = await restorer.RunAsync(_target.Options, default);
        Assert.Equal(_replica.States[1], _target.Bytes);
        Assert.Equal(4, result.FileCount);
        server.Store.Delete("old", "db/generations/0123456789abcdef/wal/" + Path.GetFileName(_replica.Files[1]));
        var error = await Assert.ThrowsAsync<LitestreamException>(() => restorer.RunAsync(_target.Options with { Force = true }, default));
        Assert.Contains("s3://old/db/generations/", error.Message, StringComparison.Ordinal);
    }

    private Task<RestoreResult> Restore(DateTimeOffset? upTo = null) => Restorer().RunAsync(_target.Options with { Timestamp = upTo }, default);

    private async Task<LitestreamException> Refuses(DateTimeOffset? upTo = null)
    {
        var error = await Assert.ThrowsAnyAsync<LitestreamException>(() => Restore(upTo));
        Assert.Empty(_target.Files);
        return error;
    }

    private GenerationRestorer Restorer() => new(ReplicaRoot.Parse(_replica.Folder), "", TimeProvider.System, NullLogger.Instance);
}
