using System.Text;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Hostile;

/// <summary>A folder that is nobody's business: a database with a secret in it, and a text. What was there must be there afterwards, and nothing else.</summary>
internal sealed class Outside
{
    public const string Secret = "nobody-may-read-this-51b7";

    private readonly string _folder;
    private readonly string _before;

    private Outside(string folder) => (_folder, _before) = (folder, Look(folder));

    public string Database => Path.Combine(_folder, "secret.db");

    public string Text => Path.Combine(_folder, "passwd");

    /// <summary>Nothing is there.</summary>
    public string Nothing => Path.Combine(_folder, "nothing");

    public string Folder => _folder;

    /// <param name="sandbox">Of the test.</param>
    /// <param name="journalMode">Of the database: an agent that opened one in rollback mode would switch it.</param>
    public static async Task<Outside> CreateAsync(Sandbox sandbox, string journalMode = "wal")
    {
        var folder = sandbox.Folder("outside");
        var database = Path.Combine(folder, "secret.db");
        await WriterProgram.CreateAsync(sandbox, database, "-rows", "20");
        using (var application = await Application.OpenAsync(sandbox, database))
        {
            await application.ExecuteAsync($"INSERT INTO rows(writer, body, note) VALUES(9, x'00', '{Secret}')");
            await application.ExecuteAsync($"PRAGMA journal_mode={journalMode}");
            await application.EndAsync();
        }
        await File.WriteAllTextAsync(Path.Combine(folder, "passwd"), string.Concat(Enumerable.Repeat($"root:x:0:0:{Secret}\n", 500)));
        return new(folder);
    }

    /// <summary>Nothing of it was changed, made or removed.</summary>
    public void IsUntouched() => Assert.Equal(_before, Look(_folder));

    /// <summary>Nothing of it is anywhere below this folder, as it is: what is compressed must be restored to be sure.</summary>
    public static void IsNotIn(string folder)
    {
        var secret = Encoding.UTF8.GetBytes(Secret);
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            Assert.True(File.ReadAllBytes(path).AsSpan().IndexOf(secret) < 0, $"{path} has the secret");
    }

    private static string Look(string folder) => string.Join('\n', new DirectoryInfo(folder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).OrderBy(f => f.FullName, StringComparer.Ordinal)
        .Select(f => $"{f.FullName} {f.UnixFileMode} {f.LastWriteTimeUtc:O} {(f is FileInfo file ? Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file.FullName))) : "")}"));
}
