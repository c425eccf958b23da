using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.InPlace;

/// <summary>An application whose table <c>g</c> says in every row which generation of its content it is: two of them at once are a mix.</summary>
internal sealed class Generations(Application application)
{
    private const int Rows = 3000;

    /// <summary>Several megabytes: more than SQLite keeps in memory before it writes, so that a restore that is cut leaves something in the WAL.</summary>
    public static async Task<Generations> CreateAsync(Application application)
    {
        await application.ExecuteAsync("PRAGMA busy_timeout=30000");
        await application.ExecuteAsync("CREATE TABLE g (id INTEGER PRIMARY KEY, generation INTEGER, filler)");
        await application.ExecuteAsync($"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Rows}) INSERT INTO g SELECT i, 0, randomblob(2000) FROM n");
        return new(application);
    }

    public Task BeginAsync(int generation) => application.ExecuteAsync($"UPDATE g SET generation = {generation}");

    public Task<string> SeenAsync() => SeenAsync(application);

    /// <summary>What somebody sees, or the text of how it is mixed.</summary>
    public static async Task<string> SeenAsync(Application reader) => (await reader.ExecuteAsync(
        $"SELECT CASE WHEN count(DISTINCT generation) = 1 AND count(*) = {Rows} THEN min(generation) ELSE 'mixed: ' || count(*) || ' ' || group_concat(DISTINCT generation) END FROM g"))[0];
}
