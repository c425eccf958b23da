using System.Diagnostics;
using System.Security.Cryptography;
using Litestream.Core.Tests.Golden;
using Litestream.Core.Tests.Ltx;
using Litestream.Core.Tests.Storage;
using Litestream.Ltx;
using Litestream.Restore;
using Litestream.Storage;
using Xunit.Abstractions;

namespace Litestream.Core.Tests.Restore;

/// <summary>
/// Whatever is done to the files of a replica, a restore gives the state that it names, or a <see cref="LitestreamException"/>: no other error, no
/// other database, nothing left behind, no flood of memory.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class MutatedReplicaTests(GoldenReplicas golden, ITestOutputHelper output) : IClassFixture<GoldenReplicas>
{
    private const int Milliseconds = 3000;
    private const long MaxBytesPerRestore = 64L * 1024 * 1024;

    [Fact]
    public Task Of_our_own_making() => MutateAsync(withProofs: true, OwnReplicas());

    [Fact]
    public Task Of_genuine_Litestream() => MutateAsync(withProofs: false, GoldenOnes());

    private async Task MutateAsync(bool withProofs, List<Original> originals)
    {
        SqliteForTests.Choose();
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var (runs, restored, clock) = (0, 0, Stopwatch.StartNew());
        for (; clock.ElapsedMilliseconds < Milliseconds; runs++)
        {
            var original = originals[random.Next(originals.Count)];
            using var scratch = new ScratchFolder();
            var done = Mutate(original, scratch, withProofs, random);
            using var target = new RestoreTarget();
            Txid? wanted = random.Next(2) == 0 ? null : original.States.Keys.ElementAt(random.Next(original.States.Count));
            var what = $"seed {seed}, run {runs}, {original.Name} to {wanted}: {string.Join("; ", done)}";
            var before = GC.GetTotalAllocatedBytes();
            try
            {
                var result = await RestoreTarget.Restore(ReplicaRoot.Parse(scratch["replica"]).Open(""), target.Options with { Txid = wanted });
                Assert.True(wanted is null || result.Txid == wanted, what);
                Assert.True(original.States.TryGetValue(result.Txid, out var state) && state == Hash(target.Bytes), $"another database: {what}");
                restored++;
            }
            catch (LitestreamException)
            {
                Assert.True(target.Files.Length == 0, what);
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"{what}: {e}");
            }
            Assert.True(GC.GetTotalAllocatedBytes() - before < MaxBytesPerRestore, what);
        }
        output.WriteLine($"{runs} replicas, {restored} restored");
        Assert.InRange(restored, 1, runs - 1);
        foreach (var original in originals)
            original.Dispose();
    }

    private static List<string> Mutate(Original original, ScratchFolder scratch, bool withProofs, Random random)
    {
        var done = new List<string>();
        foreach (var path in Directory.GetFiles(original.LtxFolder, "*.ltx", SearchOption.AllDirectories))
        {
            var copy = scratch["replica/ltx/" + Path.GetRelativePath(original.LtxFolder, path)];
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
        }
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var files = Directory.GetFiles(scratch.Path, "*.ltx", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray();
            if (files.Length == 0)
                break;
            var path = files[random.Next(files.Length)];
            done.Add($"{Path.GetRelativePath(scratch.Path, path)} {Once(path, files, scratch, withProofs, random)}");
        }
        return done;
    }

    private static string Once(string path, string[] files, ScratchFolder scratch, bool withProofs, Random random)
    {
        switch (random.Next(10))
        {
            case 0:
                File.Delete(path);
                return "deleted";
            case 1:
                File.WriteAllBytes(path, []);
                return "emptied";
            case 2:
                var level = scratch[$"replica/ltx/{random.Next(10)}"];
                Directory.CreateDirectory(level);
                CopyOver(path, Path.Join(level, Path.GetFileName(path)));
                return $"copied to {level}";
            case 3:
                var min = (ulong)random.Next(1, 12);
                var max = random.Next(10) == 0 ? ulong.MaxValue : min + (ulong)random.Next(4);
                File.Move(path, Path.Join(Path.GetDirectoryName(path), LtxFile.NameOf(new(min), new(max))), overwrite: true);
                return $"renamed to {min}-{max}";
            case 4 when withProofs: // without sums nothing tells one database's file from another's
                var other = files[random.Next(files.Length)];
                CopyOver(path, other);
                return $"copied over {other}";
            default:
                File.WriteAllBytes(path, Mutation.Of(File.ReadAllBytes(path), random));
                return "mutated";
        }
    }

    private static void CopyOver(string path, string other)
    {
        if (path != other)
            File.Copy(path, other, overwrite: true);
    }

    private static List<Original> OwnReplicas()
    {
        var originals = new List<Original>();
        foreach (var pageSize in (int[])[512, 4096, 65536])
        {
            var history = new History(pageSize)
                .Run("INSERT INTO t(v) VALUES (randomblob(30000)), ('a')").Run("UPDATE t SET v = 'b' WHERE id = 2").Run("INSERT INTO t(v) VALUES (randomblob(90000))")
                .Run("DELETE FROM t WHERE id = 1").Run("VACUUM").Run("INSERT INTO t(v) VALUES ('c')")
                .Publish(1, 2, 4).Publish(1, 5, 7).Publish(2, 1, 4).Publish(9, 1, 5);
            var states = Enumerable.Range(1, (int)history.Newest.Value).ToDictionary(t => new Txid((ulong)t), t => Hash(history.StateAt((ulong)t)));
            originals.Add(new($"own {pageSize}", history.ReplicaFolder, states, history));
        }
        return originals;
    }

    private List<Original> GoldenOnes() =>
    [
        .. from name in (string[])["levels-short-retention-4096", "vacuum-4096", "simple-512"]
           select new Original(name, Path.Join(golden.ReplicaPath(name), "ltx"), StatesOf(name), null),
    ];

    /// <summary>What it restores to while it is whole; <see cref="GoldenRestoreTests"/> compare that with the genuine program's.</summary>
    private Dictionary<Txid, string> StatesOf(string name)
    {
        SqliteForTests.Choose();
        var states = new Dictionary<Txid, string>();
        var storage = ReplicaRoot.Parse(golden.ReplicaPath(name)).Open("");
        foreach (var point in RestorablePoints.Of(ReplicaListing.ReadAsync(storage, default).GetAwaiter().GetResult()))
        {
            using var target = new RestoreTarget();
            target.Restore(storage, point.MaxTxid.Value).GetAwaiter().GetResult();
            states[point.MaxTxid] = Hash(target.Bytes);
        }
        return states;
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private sealed record Original(string Name, string LtxFolder, Dictionary<Txid, string> States, IDisposable? Owner) : IDisposable
    {
        public void Dispose() => Owner?.Dispose();
    }
}
