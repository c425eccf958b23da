namespace Litestream.Agent.Tests;

public sealed class ProgramPagesTests
{
    private const string Program = "/opt/a name/litestream";

    [Fact]
    public void Pages_of_the_program_are_clean_where_nobody_can_write_and_nothing_was_changed_or_swapped_out()
    {
        string[] smaps =
        [
            $"55d000000000-55d000a00000 r--p 00000000 08:01 1311                       {Program}", "Rss: 9000 kB", "Anonymous: 0 kB", "Swap: 0 kB", "VmFlags: rd mr mw me sd",
            $"55d000a00000-55d001700000 r-xp 00a00000 08:01 1311                       {Program}", "Anonymous: 0 kB", "Swap: 0 kB",
            $"55d001700000-55d001800000 r--p 01700000 08:01 1311                       {Program}", "Anonymous: 4 kB", "Swap: 0 kB",
            $"55d001800000-55d001900000 r--p 01800000 08:01 1311                       {Program}", "Anonymous: 0 kB", "Swap: 4 kB",
            $"55d001900000-55d001a00000 rw-p 01900000 08:01 1311                       {Program}", "Anonymous: 0 kB", "Swap: 0 kB",
            "55d001a00000-55d001b00000 rw-p 00000000 00:00 0                          [heap]", "Anonymous: 0 kB", "Swap: 0 kB",
            $"7f0000000000-7f0000001000 r--p 00000000 08:01 1311                       {Program}", "Anonymous: 0 kB", "Swap: 0 kB",
        ];

        Assert.Equal([(0x55d000000000, 0x55d000a00000), (0x55d000a00000, 0x55d001700000)], ProgramPages.Clean(smaps, Program).Select(r => ((long)r.Start, (long)r.End)));
        Assert.Empty(ProgramPages.Clean(smaps, "/usr/bin/another"));
    }

    [Fact]
    public void What_was_given_back_is_there_when_it_is_needed_again()
    {
        for (var i = 0; i < 10; i++)
        {
            Assert.True(ProgramPages.GiveBack() > 0);
            Assert.Equal(1_000_000, Enumerable.Range(0, 1_000_000).AsParallel().Count(n => n.ToString("x8").Length == 8));
        }
    }
}
