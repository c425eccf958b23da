using Litestream.Core.Tests.Storage;
using Litestream.Replication;

namespace Litestream.Core.Tests.Replication;

public sealed class PageTableTests
{
    [Fact]
    public void The_sum_foretold_is_the_sum_after()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var table = new PageTable(4096, new(1));
        for (ulong txid = 2; txid < 200; txid++)
        {
            var commit = (uint)random.Next(1, 60);
            var changes = Enumerable.Range(1, (int)commit).Where(p => p > table.PageCount || random.Next(3) == 0)
                .Select(p => new PageChange((uint)p, (ulong)random.NextInt64())).ToList();
            var foretold = table.SumAfter(changes, commit);
            table.Apply(changes, commit, new(txid));
            Assert.True(foretold == table.Sum, $"seed {seed}, transaction {txid}");
            Assert.True(Total(table) == table.Sum, $"seed {seed}, transaction {txid}");
        }
    }

    [Fact]
    public void Applying_the_same_changes_twice_changes_nothing()
    {
        var table = new PageTable(4096, new(1));
        PageChange[] changes = [new(1, 11), new(2, 22), new(3, 33)];
        table.Apply(changes, 3, new(2));
        var sum = table.Sum;
        table.Apply(changes, 3, new(2));
        Assert.Equal(sum, table.Sum);
    }

    [Fact]
    public void What_was_saved_is_loaded()
    {
        using var folder = new ScratchFolder();
        var table = new PageTable(512, new(7));
        table.Apply([new(1, 11), new(2, 22)], 2, new(8));
        table.Save(folder["t.pages"]);
        var loaded = PageTable.TryLoad(folder["t.pages"])!;
        Assert.Equal((512, 2u, 8ul, table.Sum, 11ul, 22ul), (loaded.PageSize, loaded.PageCount, loaded.Txid.Value, loaded.Sum, loaded[1], loaded[2]));
    }

    [Fact]
    public void A_torn_or_flipped_table_is_no_table()
    {
        using var folder = new ScratchFolder();
        var table = new PageTable(512, new(7));
        table.Apply([new(1, 11), new(2, 22)], 2, new(8));
        table.Save(folder["t.pages"]);
        var bytes = File.ReadAllBytes(folder["t.pages"]);
        for (var i = 0; i < bytes.Length; i++)
        {
            var flipped = bytes.ToArray();
            flipped[i] ^= 1;
            File.WriteAllBytes(folder["f.pages"], flipped);
            Assert.Null(PageTable.TryLoad(folder["f.pages"]));
            File.WriteAllBytes(folder["f.pages"], bytes[..i]);
            Assert.Null(PageTable.TryLoad(folder["f.pages"]));
        }
    }

    private static ulong Total(PageTable table)
    {
        var sum = 0UL;
        for (var pgno = 1u; pgno <= table.PageCount; pgno++)
            sum += table[pgno];
        return sum;
    }
}
