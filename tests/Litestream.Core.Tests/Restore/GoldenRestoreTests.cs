using System.Security.Cryptography;
using Litestream.Core.Tests.Golden;
using Litestream.Ltx;
using Litestream.Restore;
using Litestream.Storage;

namespace Litestream.Core.Tests.Restore;

/// <summary>Replicas that the genuine program wrote restore to what it restores them to.</summary>
public sealed class GoldenRestoreTests : IClassFixture<GoldenReplicas>
{
    private readonly GoldenReplicas _golden;

    public GoldenRestoreTests(GoldenReplicas golden)
    {
        SqliteForTests.Choose();
        _golden = golden;
    }

    [Theory]
    [MemberData(nameof(GoldenReplicas.Names), MemberType = typeof(GoldenReplicas))]
    public async Task Restores_to_the_newest_state(string name)
    {
        using var target = new RestoreTarget();
        var result = await target.Restore(Open(name));
        Assert.Equal(_golden.RestoredSha256(name), Sha256(target));
        Assert.Equal(target.Bytes.Length, result.SizeBytes);
        Assert.Equal(ProofKind.FileChecksums, result.Proof);
        Assert.Equal(["restored.db"], target.Files);
    }

    [Theory]
    [InlineData("grow-4096")]
    [InlineData("simple-512")]
    [InlineData("simple-65536")]
    [InlineData("vacuum-4096")]
    public async Task Restores_the_same_from_files_as_releases_before_0_5_16_wrote_them(string name)
    {
        using var golden = new GoldenReplicas();
        foreach (var path in golden.LtxFiles(name))
        {
            var time = File.GetLastWriteTimeUtc(path);
            await File.WriteAllBytesAsync(path, SampleFrames.AsV3a(await File.ReadAllBytesAsync(path)));
            File.SetLastWriteTimeUtc(path, time);
        }
        using var target = new RestoreTarget();
        await target.Restore(ReplicaRoot.Parse(golden.ReplicaPath(name)).Open(""));
        Assert.Equal(_golden.RestoredSha256(name), Sha256(target));
    }

    [Theory]
    [InlineData("levels-short-retention-4096")]
    [InlineData("restart-4096")]
    public async Task Restores_to_every_recorded_transaction(string name)
    {
        Assert.NotEmpty(_golden.Points(name));
        foreach (var point in _golden.Points(name))
        {
            using var target = new RestoreTarget();
            var result = await target.Restore(Open(name), point.Txid.Value);
            Assert.Equal((point.Txid, point.Sha256, point.SizeBytes), (result.Txid, Sha256(target), result.SizeBytes));
        }
    }

    [Fact]
    public async Task A_timestamp_selects_the_newest_state_that_is_strictly_older()
    {
        const string Name = "restart-4096";
        var points = _golden.Points(Name);
        foreach (var time in points.Select(TimeOf).Distinct().SelectMany(t => (DateTimeOffset[])[t, t.AddMilliseconds(1)]))
        {
            using var target = new RestoreTarget();
            var older = points.Where(p => TimeOf(p) < time).ToList();
            if (older.Count == 0)
                await target.Refuses(Open(Name), target.Options with { Timestamp = time });
            else
                Assert.Equal((older[^1].Txid, older[^1].Sha256), ((await target.Restore(Open(Name), before: time)).Txid, Sha256(target)));
        }

        DateTimeOffset TimeOf(GoldenPoint point) => // the archive keeps whole seconds of the files' times, their headers all of it
            LtxHeader.Parse(File.ReadAllBytes(Path.Join(_golden.ReplicaPath(Name), "ltx", "0", LtxFile.NameOf(point.Txid, point.Txid))), "").Timestamp;
    }

    [Fact]
    public async Task A_damaged_byte_is_refused_or_changes_nothing()
    {
        const int BytesPerFile = 6;
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        foreach (var name in (string[])["grow-4096", "restart-4096", "simple-512"])
        {
            foreach (var path in _golden.LtxFiles(name))
            {
                var (whole, time) = (await File.ReadAllBytesAsync(path), File.GetLastWriteTimeUtc(path));
                for (var i = 0; i < BytesPerFile; i++)
                {
                    var position = random.Next(whole.Length);
                    var damaged = whole.ToArray();
                    damaged[position] ^= (byte)(1 << random.Next(8));
                    await File.WriteAllBytesAsync(path, damaged);
                    await RefusesOrChangesNothing(name, $"seed {seed}: {path} byte {position}");
                }
                await File.WriteAllBytesAsync(path, whole);
                File.SetLastWriteTimeUtc(path, time);
            }
        }
    }

    private async Task RefusesOrChangesNothing(string name, string what)
    {
        using var target = new RestoreTarget();
        try
        {
            await target.Restore(Open(name));
        }
        catch (LitestreamException)
        {
            Assert.Empty(target.Files);
            return;
        }
        Assert.True(_golden.RestoredSha256(name) == Sha256(target), what);
    }

    private IReplicaStorage Open(string name) => ReplicaRoot.Parse(_golden.ReplicaPath(name)).Open("");

    private static string Sha256(RestoreTarget target) => Convert.ToHexStringLower(SHA256.HashData(target.Bytes));
}
