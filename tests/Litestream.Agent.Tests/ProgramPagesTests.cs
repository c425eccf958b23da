namespace Litestream.Agent.Tests;

public sealed class ProgramPagesTests
{
    [Fact]
    public void Pages_of_a_file_are_clean_where_nobody_can_write_and_nothing_was_changed()
    {
        string[] smaps =
        [
            "55d000000000-55d000a00000 r--p 00000000 08:01 1311 /usr/bin/litestream", "Rss: 9000 kB", "Anonymous: 0 kB", "VmFlags: rd mr mw me sd",
            "55d000a00000-55d001700000 r-xp 00a00000 08:01 1311 /usr/bin/litestream", "Anonymous: 0 kB",
            "55d001700000-55d001800000 r--p 01700000 08:01 1311 /usr/bin/litestream", "Anonymous: 1024 kB",
            "55d001800000-55d001900000 rw-p 01800000 08:01 1311 /usr/bin/litestream", "Anonymous: 0 kB",
            "7f0000000000-7f0000001000 r--s 00000000 08:01 77 /var/lib/app/a name with spaces-shm", "Anonymous: 0 kB",
            "7f0000002000-7f0000003000 r--p 00000000 00:00 0", "Anonymous: 0 kB",
            "7f0000004000-7f0000005000 r-xp 00000000 00:00 0 [vdso]", "Anonymous: 0 kB",
        ];

        Assert.Equal([(0x55d000000000, 0x55d000a00000), (0x55d000a00000, 0x55d001700000)], ProgramPages.Clean(smaps).Select(r => ((long)r.Start, (long)r.End)));
    }

    [Fact]
    public void What_was_given_back_is_there_when_it_is_needed_again()
    {
        Assert.NotEmpty(ProgramPages.Clean(File.ReadLines("/proc/self/smaps")));

        for (var i = 0; i < 10; i++)
        {
            ProgramPages.GiveBack();
            Assert.Equal(1_000_000, Enumerable.Range(0, 1_000_000).AsParallel().Count(n => n.ToString("x8").Length == 8));
        }
    }
}
