using System.Text.Json;
using Litestream.Agent.Configuration;
using Litestream.Agent.Logging;
using Litestream.Agent.Watching;
using Microsoft.Extensions.Logging;

namespace Litestream.Agent.Tests.Logging;

public sealed class LogTests
{
    [Fact]
    public void The_lines_of_registration_read_as_their_readers_expect_them()
    {
        var lines = Logged(new LogOptions(), log =>
        {
            log.ClientRegistered("guid", "file:///b/databases/guid");
            log.ClientUnregistered("guid");
            log.DatabaseCreated("/d/guid.db");
            log.DatabaseRemoved("/d/guid.db");
            log.Monitoring(3, 2);
        });
        Assert.Collection(
            lines,
            line => Assert.EndsWith("Client registered: guid -> file:///b/databases/guid", line, StringComparison.Ordinal),
            line => Assert.EndsWith("Client unregistered: guid", line, StringComparison.Ordinal),
            line => Assert.EndsWith("Database created: /d/guid.db", line, StringComparison.Ordinal),
            line => Assert.EndsWith("Database removed: /d/guid.db", line, StringComparison.Ordinal),
            line => Assert.EndsWith("Monitoring 3 clients across 2 directories", line, StringComparison.Ordinal));
    }

    [Fact]
    public void A_json_line_carries_level_event_and_fields()
    {
        var line = Assert.Single(Logged(new LogOptions { Json = true }, log => log.Monitoring(3, 2)));
        using var json = JsonDocument.Parse(line);
        Assert.Equal("info", json.RootElement.GetProperty("level").GetString());
        Assert.Equal(6005, json.RootElement.GetProperty("eventId").GetInt32());
        Assert.Equal("Monitoring", json.RootElement.GetProperty("event").GetString());
        Assert.Equal(3, json.RootElement.GetProperty("clients").GetInt32());
        Assert.True(json.RootElement.GetProperty("time").GetDateTimeOffset() > DateTimeOffset.UnixEpoch);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_name_cannot_write_lines_of_its_own(bool json) =>
        Assert.Single(Logged(new LogOptions { Json = json }, log => log.FileSkipped("/d/a\n2026-01-01 ERROR forged\u001b[31m.db", "its name")));

    [Fact]
    public void A_known_error_shows_its_message_and_hint_without_a_stack()
    {
        var line = Assert.Single(Logged(new LogOptions(), log => log.LeaveFailed("guid", new LitestreamException("no room", hint: "make room"))));
        Assert.EndsWith(": no room (hint: make room)", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_level_below_the_wanted_one_is_not_logged() =>
        Assert.Empty(Logged(new LogOptions { Level = LogLevel.Warning }, log => log.Monitoring(3, 2)));

    [Fact]
    public async Task A_reader_that_does_not_read_stops_nobody_and_is_told_what_it_missed()
    {
        using var output = new StuckWriter();
        using (var queue = new LogQueue(output))
        {
            for (var i = 0; i < 100_000; i++)
                queue.Add("line");
            output.Open();
            await Eventually.Becomes(() => output.Count > 16_000, "the waiting lines were written");
        }
        Assert.Contains(output.Lines, line => line.EndsWith("log lines were dropped: the reader of this log was too slow", StringComparison.Ordinal));
    }

    private static List<string> Logged(LogOptions options, Action<ILogger> log)
    {
        using var output = new StringWriter();
        using (var logging = AgentLogging.Create(options, output, TimeProvider.System))
            log(logging.CreateLogger("Litestream.Agent"));
        return [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    private sealed class StuckWriter : StringWriter
    {
        private readonly ManualResetEventSlim _open = new();
        private readonly List<string> _lines = [];

        public int Count { get { lock (_lines) return _lines.Count; } }

        public IReadOnlyList<string> Lines { get { lock (_lines) return [.. _lines]; } }

        public void Open() => _open.Set();

        public override void WriteLine(string? value)
        {
            _open.Wait();
            lock (_lines)
                _lines.Add(value!);
        }
    }
}
