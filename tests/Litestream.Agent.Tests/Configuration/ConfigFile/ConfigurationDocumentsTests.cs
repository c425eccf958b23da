using System.Globalization;
using System.Text;
using Litestream.Agent.Configuration;
using Litestream.Agent.Configuration.ConfigFile;

namespace Litestream.Agent.Tests.Configuration.ConfigFile;

/// <summary>
/// Good and bad documents with what the reader says of them, in <c>Documents.txt</c>: an example, then the answer behind <c>--></c>. Run with
/// LITESTREAM_APPROVE=1 to write the answers anew, and read the difference.
/// </summary>
public sealed class ConfigurationDocumentsTests
{
    private const string Title = "=== ";
    private const string Answer = "--> ";

    private static readonly AgentEnvironment Environment = new()
    {
        WorkingDirectory = "/srv",
        Home = "/home/me",
        Variables = new Dictionary<string, string?> { ["KEY"] = "AKID", ["SECRET"] = "hush", ["BACKUPS"] = "/mnt", ["EMPTY"] = "" },
    };

    [Fact]
    public void Every_document_is_answered_as_it_was_approved()
    {
        var path = Path.Combine(SourceFolder(), "Documents.txt");
        var approved = File.ReadAllText(path);
        var answered = new StringBuilder();
        foreach (var (title, document) in DocumentsIn(approved))
            answered.Append(Title).Append(title).Append('\n').Append(document).Append(AnswerTo(document)).Append('\n');
        if (System.Environment.GetEnvironmentVariable("LITESTREAM_APPROVE") == "1")
            File.WriteAllText(path, answered.ToString());
        else
            Assert.Equal(approved, answered.ToString());
    }

    [Fact]
    public void A_secret_is_in_no_answer() => Assert.DoesNotContain("hush", File.ReadAllText(Path.Combine(SourceFolder(), "Documents.txt")), StringComparison.Ordinal);

    [Fact]
    public void No_expansion_leaves_dollars_alone()
    {
        var file = ConfigurationReader.Read("dbs: [{path: $X/a.db, replica: '/b/$(hostname)'}]", "litestream.yml", expands: false, Environment, TimeProvider.System);
        Assert.Equal(("/srv/$X/a.db", "/b/$(hostname)"), (file.Databases[0].Path, file.Databases[0].Replicas[0].Location.ToString()));
    }

    [Fact]
    public void A_retention_in_the_environment_is_what_no_file_says()
    {
        var environment = Environment with { Retention = "48h" };
        var file = ConfigurationReader.Read("dbs: [{path: a.db, replica: /a}, {path: b.db, retention: 7d, replica: /b}]", "litestream.yml", true, environment, TimeProvider.System);
        Assert.Equal([TimeSpan.FromDays(2), TimeSpan.FromDays(7)], file.Databases.Select(d => d.Replicas.Single().Points.Retention!.Value));
    }

    [Fact]
    public void A_dated_path_has_a_name_for_each_day()
    {
        var file = ConfigurationReader.Read("dbs: [{path: a.db, replica: {type: s3, bucket: fleet, path: 'days/$(date +%Y-%m-%d)/a', region: x}}]", "litestream.yml", true, Environment, TimeProvider.System);
        var location = file.Databases[0].Replicas[0].Location;
        Assert.True(location.IsDated);
        Assert.Equal("s3://fleet/days/2026-02-03/a?region=x", location.On(new(2026, 2, 3)));
        Assert.Equal("s3://fleet/days/2026-12-31/a?region=x", location.On(new(2026, 12, 31)));
    }

    private static string AnswerTo(string document)
    {
        string answer;
        try
        {
            answer = Shown(ConfigurationReader.Read(document, "litestream.yml", expands: true, Environment, TimeProvider.System));
        }
        catch (ConfigurationException error)
        {
            answer = error.Message + (error.Hint is null ? "" : $"\nhint: {error.Hint}");
        }
        return string.Concat(answer.Split('\n').Select(line => $"{Answer}{line}\n"));
    }

    private static string Shown(ConfigurationFile file)
    {
        var text = new StringBuilder("good");
        if (file.Address is { } address)
            text.Append(CultureInfo.InvariantCulture, $"\naddr {address.Bind} port {address.Port}");
        if (file.LogLevel is not null)
            text.Append(CultureInfo.InvariantCulture, $"\nlog {file.LogLevel} {file.LogType}");
        if (file.FleetTable is not null)
            text.Append(CultureInfo.InvariantCulture, $"\nfleet {file.FleetTable} host {file.HostId} every {file.FleetInterval} restores to {string.Join(' ', file.RestoreDirectories ?? [])}");
        foreach (var database in file.Databases)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{database.Path} at {database.At}");
            if (database.Directory is { } directory)
                text.Append(CultureInfo.InvariantCulture, $", pattern {directory.Pattern}, recursive {directory.Recursive}, watch {directory.Watch}");
            foreach (var replica in database.Replicas)
                text.Append(CultureInfo.InvariantCulture, $"\n  {replica.Location} at {replica.At}, key {replica.AccessKeyId ?? "of the SDK"}{Shown(replica.Points)}");
        }
        return text.Append(string.Concat(file.Warnings.Select(w => "\nwarning: " + w))).ToString();
    }

    private static string Shown(PointSettings points)
    {
        var options = points.Apply(new StoreOptions { StateDirectory = "" });
        return $", sync {DurationText.Format(options.SyncInterval)}, l0 {DurationText.Format(options.Points.L0Retention)}, levels {string.Join(' ', options.Points.LevelIntervals.Select(DurationText.Format))}"
            + $", snapshot {DurationText.Format(options.Points.SnapshotInterval)} for {DurationText.Format(options.Points.SnapshotRetention)}";
    }

    private static IEnumerable<(string Title, string Document)> DocumentsIn(string text)
    {
        foreach (var part in ("\n" + text).Split("\n" + Title, StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = part.Split('\n');
            var document = lines.Skip(1).Where(line => !line.StartsWith(Answer, StringComparison.Ordinal));
            yield return (lines[0], string.Join('\n', document).TrimEnd() + "\n");
        }
    }

    /// <summary>The repository's, not the copy beside the test: what is approved is committed.</summary>
    private static string SourceFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Litestream.sln")))
                return Path.Combine(folder.FullName, "tests/Litestream.Agent.Tests/Configuration/ConfigFile");
        throw new InvalidOperationException("run the tests from a checkout");
    }
}
