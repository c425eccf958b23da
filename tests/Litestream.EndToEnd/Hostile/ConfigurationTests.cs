using System.Text;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Hostile;

/// <summary>A litestream.yml that somebody made to hurt: the program ends at once, with a sentence that names the place, and has not grown.</summary>
public sealed class ConfigurationTests : IDisposable
{
    private const int MostBytes = 300_000_000;

    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    public static TheoryData<string, string> Bombs => new()
    {
        { "a billion laughs", ":" },
        { "a hundred thousand levels of lists", ":1:" },
        { "a hundred thousand levels of mappings", ":1:" },
        { "a gigabyte", "more than" },
        { "an anchor in itself", ":1:" },
        { "a scalar of three megabytes", "characters" },
        { "zeros", "litestream.yml" },
        { "a key twice", ":2:" },
        { "a tag for a type of the program", ":1:" },
        { "a hundred thousand anchors", ":" },
        { "a variable in a variable, without end", ":1:" },
    };

    [Theory]
    [MemberData(nameof(Bombs))]
    public async Task It_is_refused_with_its_place_in_bounded_memory(string bomb, string place)
    {
        var path = Path.Combine(_sandbox.Root, "litestream.yml");
        await using (var file = File.Create(path))
        {
            if (bomb == "a gigabyte")
                file.SetLength(1L << 30);
            else
                await file.WriteAsync(Encoding.UTF8.GetBytes(Text(bomb)));
        }
        using var child = ChildProcess.Start(PublishedProgram.Path, ["replicate", "-config", path], _sandbox.Root, _sandbox.Environment);
        var peak = 0L;
        while (!child.HasExited)
        {
            try
            {
                peak = Math.Max(peak, Memory.PeakBytes(child.Id));
            }
            catch (Exception e) when (e is IOException or InvalidOperationException or IndexOutOfRangeException)
            {
                // It has ended in this moment.
            }
            await Task.Delay(1);
        }
        var code = await child.WaitForExitAsync(Eventually.Patience);
        Assert.True(code is 1 or 2, $"{bomb}: {code}\n{child.Said}");
        Assert.Contains("litestream.yml", child.Said, StringComparison.Ordinal);
        Assert.Contains(place, child.Said, StringComparison.Ordinal);
        Assert.InRange(child.Said.Length, 20, 3_000);
        Assert.DoesNotContain("   at ", child.Said, StringComparison.Ordinal);
        Assert.InRange(peak, 1, MostBytes);
    }

    private static string Text(string bomb) => bomb switch
    {
        "a billion laughs" => "a0: &a0 [lol]\n" + string.Concat(Enumerable.Range(1, 30).Select(i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n")) + "dbs: *a30\n",
        "a hundred thousand levels of lists" => "dbs: " + new string('[', 100_000),
        "a hundred thousand levels of mappings" => string.Concat(Enumerable.Repeat("{a: ", 100_000)),
        "an anchor in itself" => "dbs: &a [*a, *a]\n",
        "a scalar of three megabytes" => $"dbs: \"{new string('x', 3_000_000)}\"\n",
        "zeros" => new string('\0', 10_000),
        "a key twice" => "addr: 127.0.0.1:1\naddr: 127.0.0.1:2\n",
        "a tag for a type of the program" => "dbs: !!System.Diagnostics.Process [{path: a.db}]\n",
        "a hundred thousand anchors" => "dbs: [" + string.Concat(Enumerable.Range(0, 60_000).Select(i => $"&a{i} x, ")) + "]\n",
        _ => "addr: ${A:-${A:-${A:-${A:-${A}}}}}\n",
    };
}
