using Litestream.Agent.Configuration;
using Litestream.Agent.Configuration.ConfigFile;

namespace Litestream.Agent.Tests.Configuration.ConfigFile;

/// <summary>Whatever a file holds, the reader answers with a configuration or with sentences that name a place in it; in time that the file's length bounds.</summary>
public sealed class ConfigurationMutationTests
{
    private const string Seedling = """
        # a file
        addr: 127.0.0.1:9090
        x-defaults: &d {type: s3, bucket: "fleet", region: 'eu'}
        retention: 7d
        levels: [{interval: 30s}, {interval: 5m}]
        snapshot: {interval: 24h, retention: 24h}
        dbs:
          - path: ${DATA:-/data}/a.db
            replica: {<<: *d, path: "x/$(date +%Y-%m-%d)/a"}
          - dir: /data/clients
            pattern: "*.[ds]*"
            recursive: true
            replicas:
              - url: s3://fleet/clients?endpoint=http://localhost:9000
                sync-interval: 1s
              - path: |
                  /folded
        """;

    private static readonly string[] Pieces =
    [
        "&", "*", "*d", "&d ", "<<: ", "{", "}", "[", "]", ":", ": ", "- ", "\n", "\n\n", "  ", "\t", "\"", "'", "#", "|", ">", "?", "%", "@", "`", "!", "!!map ", "---\n", "...\n", "$", "${", "$(",
        "$(date +", ":-", "\0", "\ufeff", "\u2028", "\ud800", "~", "null", "dbs:", "path:", "replica:", "url:", "s3://", "file://", "%zz", "?a=b&", "99999999999999999999", "1e308s", "-1s", "\\", "é", "𝄞",
    ];

    private static readonly AgentEnvironment Environment = new() { WorkingDirectory = "/srv", Variables = new Dictionary<string, string?> { ["DATA"] = "/x" } };

    [Fact]
    public void No_mutation_of_a_file_gets_more_than_a_sentence()
    {
        var seed = Random.Shared.Next();
        var until = System.Diagnostics.Stopwatch.StartNew();
        var (read, refused) = (0, 0);
        for (var i = 0; until.Elapsed < TimeSpan.FromSeconds(3); i++)
        {
            var random = new Random(seed + i);
            var text = Mutated(random);
            try
            {
                var _ = Accepts(text) ? read++ : refused++;
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed + i}: {error}\n{text}");
            }
        }
        Assert.True(read > 10 && refused > 10, $"{read} were read and {refused} refused: the mutations are too wild or too tame");
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("a: &a ")]
    [InlineData("!!x ")]
    [InlineData("\"")]
    [InlineData("*a ")]
    [InlineData(" ")]
    [InlineData("$(")]
    public void A_file_of_one_piece_over_and_over_is_refused_in_a_moment(string piece)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.False(Accepts(string.Concat(Enumerable.Repeat(piece, 200_000 / piece.Length))));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"it took {clock.Elapsed}");
    }

    private static bool Accepts(string text)
    {
        try
        {
            ConfigurationReader.Read(text, "litestream.yml", expands: true, Environment, TimeProvider.System);
            return true;
        }
        catch (ConfigurationException error)
        {
            // What ends a line in YAML 1.1.
            var lines = text.Split('\n', '\r', '\u0085', '\u2028', '\u2029').Length + 1;
            Assert.NotEmpty(error.Problems);
            Assert.All(error.Problems, p => Assert.True(p.At.Line >= 1 && p.At.Line <= lines && p.At.Column >= 1 && p.Message.Length is > 0 and < 2000, $"{p}"));
            return false;
        }
    }

    private static string Mutated(Random random)
    {
        var text = Seedling;
        for (var changes = random.Next(1, 6); changes > 0; changes--)
        {
            var (at, length) = (random.Next(text.Length), random.Next(0, 8));
            var end = Math.Min(text.Length, at + length);
            text = random.Next(4) switch
            {
                0 => text[..at] + text[end..],
                1 => text[..at] + Pieces[random.Next(Pieces.Length)] + text[at..],
                2 => text[..at] + Pieces[random.Next(Pieces.Length)] + text[end..],
                _ => text[..at] + text[(at / 2)..end] + text[at..], // a piece twice
            };
        }
        return text;
    }
}
