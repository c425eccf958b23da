using System.Text;
using System.Text.Json;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Hostile;

/// <summary>Names that somebody chose to mislead: none becomes a tenant that is not one, and none writes into the log, the status or the replica what was not meant there.</summary>
public sealed class FileNamesTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose()
    {
        // .NET cannot name all that is in there.
        ChildProcess.RunAsync("rm", ["-rf", _sandbox.Data], _sandbox.Root).GetAwaiter().GetResult();
        _sandbox.Dispose();
    }

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    public async Task None_is_taken_for_a_tenant_and_each_is_told_without_its_tricks(string format)
    {
        var good = await _sandbox.CreateTenantAsync();
        var other = Guid.NewGuid().ToString();
        byte[][] hostile =
        [
            .. new[]
            {
                "a\nFATAL forged line.db", "a\rb.db", "a\tb.db", "\u001b[2J\u001b[31mred.db", "a\u0001\u007f.db", "a\"b'c`d.db", "a\\b.db", "<script>alert(1)<script>.db", "%2e%2e%2fx.db", "%s%n%d.db", "{0}{Path}.db",
                " .db", "...db", "..db", "-rf.db", "--.db", "$(reboot).db", "a;b&c|d.db", "\u202egnp.db", "\u2028.db", "\ud83d\ude00.db", "*.db", "~.db", "NUL.db", new string('x', 252) + ".db",
                $"{{{other}}}.db", $"({other}).db", other.Replace("-", "", StringComparison.Ordinal) + ".db", $" {other}.db", $"{other}.db ", $"{other} .db", $"{other}.DB", $"{other}.Sqlite", $"{other}.db.", $"{other}.db\n",
                $"{other}x.db", $"{other}.db3", $"urn:uuid:{other}.db", other.Replace('-', '\u2010') + ".db", $"\u0661{other[1..]}.db",
            }.Select(Encoding.UTF8.GetBytes),
            [0xff, 0xfe, 0x80, .. ".db"u8], [0xc0, 0xae, 0xc0, 0xae, .. ".db"u8], [.. Encoding.ASCII.GetBytes(other[..35]), 0xe9, .. ".db"u8],
        ];
        var model = Path.Combine(_sandbox.Root, "model.db");
        File.Copy(good.Path, model);
        foreach (var name in hostile.Take(hostile.Length / 2))
            SpecialFiles.Named(_sandbox.Data, name, model);
        var capitals = _sandbox.NewTenant();
        File.Copy(good.Path, Path.Combine(_sandbox.Data, capitals.Id.ToUpperInvariant() + ".db"));
        using var agent = await RunningAgent.StartAsync(_sandbox, "-log-format", format, "-sweep-interval", "1s");
        await agent.WaitForActiveAsync(good.Id);
        foreach (var name in hostile.Skip(hostile.Length / 2))
            SpecialFiles.Named(_sandbox.Data, name, model);

        // Those that end like a database are listed, each with its reason; the others are no business of the agent's.
        var listed = hostile.Count(name => new[] { ".db", ".DB", ".db3", ".Sqlite" }.Any(end => name.AsSpan().EndsWith(Encoding.ASCII.GetBytes(end))));
        var status = new AgentStatus();
        await Eventually.TrueAsync(async () => (status = await agent.StatusAsync()).Skipped.Count == listed, () => $"{listed} are skipped, not {status.Skipped.Count}:\n{string.Join('\n', status.Skipped)}\n{agent.Said}");
        Assert.All(status.Skipped, file => Assert.NotEmpty(file.Reason));
        await agent.WaitForActiveAsync(capitals.Id);
        Assert.Equal(new[] { good.Id, capitals.Id }.Order(StringComparer.Ordinal), (await agent.StatusAsync()).Clients.Select(c => c.ClientId));
        Assert.Equal(new[] { good.ReplicaFolder, capitals.ReplicaFolder }.Order(StringComparer.Ordinal), Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(good.ReplicaFolder)!).Order(StringComparer.Ordinal));

        // Not a line that was not the agent's, not a character that a terminal obeys; and what is JSON is.
        Assert.DoesNotContain(agent.Lines, line => line.StartsWith("FATAL", StringComparison.Ordinal) || line.StartsWith("b.db", StringComparison.Ordinal));
        Assert.All(agent.Lines, line => Assert.DoesNotContain(line, char.IsControl));
        foreach (var address in new[] { "/api/status", "/api/problems", "/metrics" })
        {
            var text = await agent.Http.GetStringAsync(new Uri(address, UriKind.Relative));
            Assert.DoesNotContain(text, c => char.IsControl(c) && c != '\n');
            Assert.DoesNotContain("<script", text, StringComparison.OrdinalIgnoreCase);
            if (address != "/metrics")
                JsonDocument.Parse(text).Dispose();
        }
        if (format == "json")
            Assert.All(agent.Lines.Where(line => line.StartsWith('{')), line => JsonDocument.Parse(line).Dispose());
        await agent.StopInOrderAsync();
        await good.ReplicaEqualsAsync(agent);
    }

    /// <summary>A file that is named by a person, and could be a name that is not one: what it becomes in the replica stays below it.</summary>
    [Theory]
    [InlineData("..%2f..%2fx.db", "..-2f..-2fx")]
    [InlineData("a\nb.db", "a-b")]
    [InlineData("<b>.db", "-b-")]
    public async Task A_database_of_any_name_stays_in_its_place_in_the_replica(string fileName, string name)
    {
        var path = Path.Combine(_sandbox.Folder("named"), fileName);
        var model = await _sandbox.CreateTenantAsync();
        File.Copy(model.Path, path);
        (await PublishedProgram.RunAsync(_sandbox, "replicate", "-dsn", path, "-replica", _sandbox.ReplicaUrl, "-state-dir", _sandbox.State, "-once")).MustSucceed();
        Assert.Equal([Path.Combine(_sandbox.Replica, "databases")], Directory.EnumerateFileSystemEntries(_sandbox.Replica).Where(p => !Path.GetFileName(p).StartsWith('.')));
        Assert.Equal([name], Directory.EnumerateDirectories(Path.Combine(_sandbox.Replica, "databases")).Select(Path.GetFileName));
    }
}
