using Litestream.Ltx;
using Xunit.Abstractions;

namespace Litestream.Core.Tests.Ltx;

public sealed class LtxMergerTests(ITestOutputHelper output)
{
    private const int PageSize = 65536;

    [Fact]
    public void Agrees_with_applying_the_files_for_every_small_combination()
    {
        // Three files, each with any subset of four pages and any size of 0 to 4 pages: 80^3 merges.
        var inputs = (
            from commit in Enumerable.Range(0, 5)
            from subset in Enumerable.Range(0, 16)
            select Input((uint)commit, Enumerable.Range(1, 4).Where(pgno => (subset >> (pgno - 1) & 1) != 0).Select(pgno => (uint)pgno))).ToArray();
        var chain = new MergeInput[3];
        foreach (var first in inputs)
            foreach (var second in inputs)
                foreach (var third in inputs)
                {
                    (chain[0], chain[1], chain[2]) = (first, second, third);
                    AssertMerges(chain, 4);
                }
    }

    [Fact]
    public void Agrees_with_applying_the_files_for_random_chains()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < 1500; i++)
        {
            var largest = (uint)random.Next(1, 200);
            var chain = Enumerable.Range(0, random.Next(1, 40)).Select(_ =>
            {
                var commit = (uint)random.Next((int)largest + 1);
                var density = random.NextDouble();
                return Input(commit, Enumerable.Range(1, (int)largest).Where(_ => random.NextDouble() < density).Select(pgno => (uint)pgno));
            }).ToArray();
            AssertMerges(chain, largest);
        }
    }

    [Fact]
    public void A_page_cut_off_in_between_does_not_come_back()
    {
        // Page 8 was cut off when the database shrank to 5 pages; the file that grew it again did not write it.
        var merged = Merge([Input(10, [1, 8]), Input(5, [1]), Input(10, [6, 7, 9, 10])]);
        Assert.Equal([(1u, 1), (6u, 2), (7u, 2), (9u, 2), (10u, 2)], merged);
    }

    [Fact]
    public void The_newest_file_with_a_page_gives_it()
    {
        Assert.Equal([(1u, 2), (2u, 1), (3u, 0)], Merge([Input(3, [1, 2, 3]), Input(3, [1, 2]), Input(3, [1])]));
    }

    [Fact]
    public void Pages_of_a_file_beyond_its_own_end_are_dropped()
    {
        Assert.Equal([(1u, 0)], Merge([Input(1, [1, 2, 3])]));
        Assert.Empty(Merge([Input(0, [1])]));
        Assert.Empty(Merge([Input(7, [])]));
        Assert.Empty(Merge([]));
    }

    [Fact]
    public void The_lock_page_is_left_out_even_if_a_file_holds_it()
    {
        var lockPage = LockPage.Of(PageSize);
        Assert.Equal(
            [(lockPage - 1, 0), (lockPage + 1, 1)],
            Merge([Input(lockPage + 1, [lockPage - 1, lockPage]), Input(lockPage + 1, [lockPage, lockPage + 1])]));
    }

    [Fact]
    public void The_entry_is_that_of_the_file_it_names()
    {
        MergeInput[] inputs = [Input(9, [2, 4]), Input(9, [4, 9])];
        var merger = new LtxMerger(inputs, PageSize);
        while (merger.TryNext(out var page))
            Assert.Contains(page.Entry, Enumerable.Range(0, 2).Select(i => inputs[page.Input].Index[i]));
    }

    [Fact]
    public void Merging_allocates_nothing_per_page()
    {
        var inputs = Enumerable.Range(0, 50)
            .Select(i => Input(1000, Enumerable.Range(1, 1000).Where(pgno => pgno % 50 != i).Select(pgno => (uint)pgno)))
            .ToArray();
        Merge(inputs);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var merger = new LtxMerger(inputs, PageSize);
        var pages = 0;
        while (merger.TryNext(out _))
            pages++;
        Assert.Equal(1000, pages);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2000);
    }

    /// <summary>
    /// Against the meaning of a chain: which file's page is there once each file in turn has put its pages down and cut the rest off.
    /// </summary>
    private static void AssertMerges(MergeInput[] inputs, uint largest)
    {
        var owners = new int[largest + 1];
        Array.Fill(owners, -1);
        for (var i = 0; i < inputs.Length; i++)
        {
            for (var entry = 0; entry < inputs[i].Index.Count; entry++)
                owners[inputs[i].Index[entry].Pgno] = i;
            for (var beyond = inputs[i].Commit + 1; beyond <= largest; beyond++)
                owners[beyond] = -1;
        }
        var merger = new LtxMerger(inputs, PageSize);
        for (var pgno = 1u; pgno <= largest; pgno++)
        {
            // Plain comparisons: half a million merges go through here.
            if (owners[pgno] >= 0 && (!merger.TryNext(out var page) || page.Entry.Pgno != pgno || page.Input != owners[pgno]))
                Assert.Fail($"page {pgno} of file {owners[pgno]} expected, found {page}: {Describe(inputs)}");
        }
        if (merger.TryNext(out var more))
            Assert.Fail($"nothing more expected, found {more}: {Describe(inputs)}");
    }

    private static string Describe(MergeInput[] inputs) => string.Join("; ", inputs.Select(input =>
        $"commit {input.Commit}: {string.Join(' ', Enumerable.Range(0, input.Index.Count).Select(i => input.Index[i].Pgno))}"));

    private static List<(uint Pgno, int Input)> Merge(MergeInput[] inputs)
    {
        var merger = new LtxMerger(inputs, PageSize);
        var merged = new List<(uint, int)>();
        while (merger.TryNext(out var page))
            merged.Add((page.Entry.Pgno, page.Input));
        return merged;
    }

    private static MergeInput Input(uint commit, IEnumerable<uint> pages)
    {
        IndexEntry[] entries = [.. pages.Select((pgno, i) => new IndexEntry(pgno, 100 + (i * 50), 50))];
        return new(new PageIndex(entries), commit);
    }
}
