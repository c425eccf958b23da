using System.Globalization;

namespace Litestream.EndToEnd.Programs;

/// <summary>An application with one connection to one database, in its own process, told by the test what to do.</summary>
internal sealed class Application : IDisposable
{
    private readonly ChildProcess _process;
    private readonly SemaphoreSlim _turn = new(1);
    private int _read;

    private Application(ChildProcess process) => _process = process;

    public static Task<Application> OpenAsync(Sandbox sandbox, string path, params string[] options) => OpenWithAsync(sandbox, null, path, options);

    /// <summary>With more in its environment.</summary>
    public static async Task<Application> OpenWithAsync(Sandbox sandbox, IReadOnlyDictionary<string, string>? more, string path, params string[] options)
    {
        var application = new Application(WriterProgram.StartWith(sandbox, more, ["talk", path, .. options]));
        await application.AnswerAsync("open");
        return application;
    }

    /// <summary>Runs a statement and returns its rows, values split by tabs. It is committed when this completes.</summary>
    public async Task<IReadOnlyList<string>> ExecuteAsync(string sql)
    {
        await _turn.WaitAsync();
        try
        {
            await _process.Input.WriteLineAsync(sql.ReplaceLineEndings(" "));
            await _process.Input.FlushAsync();
            return await AnswerAsync(sql);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task<long> NumberAsync(string sql) => long.Parse((await ExecuteAsync(sql))[0], CultureInfo.InvariantCulture);

    /// <summary>Adds rows in one transaction.</summary>
    public Task InsertAsync(int rows, int bytes = 100) => ExecuteAsync(
        $"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) INSERT INTO rows(writer, body, note) SELECT 9, randomblob({bytes}), 'told' FROM n");

    public Task CloseConnectionAsync() => ExecuteAsync(".close");

    public Task OpenConnectionAsync() => ExecuteAsync(".open");

    public void Kill()
    {
        _process.Send(Signal.Kill);
        _process.Dispose();
    }

    /// <summary>Closes the connection as a well-behaved application does.</summary>
    public async Task EndAsync()
    {
        _process.Input.Close();
        Assert.Equal(0, await _process.WaitForExitAsync(TimeSpan.FromSeconds(60)));
    }

    public void Dispose()
    {
        _process.Dispose();
        _turn.Dispose();
    }

    private async Task<IReadOnlyList<string>> AnswerAsync(string what)
    {
        var rows = new List<string>();
        var deadline = DateTime.UtcNow + TimeSpan.FromSeconds(60);
        while (DateTime.UtcNow < deadline)
        {
            var lines = _process.Lines;
            for (; _read < lines.Count; _read++)
            {
                if (lines[_read] == "ok")
                {
                    _read++;
                    return rows;
                }

                if (!lines[_read].StartsWith("row ", StringComparison.Ordinal))
                    throw new InvalidOperationException($"{what}: {lines[_read++]}");
                rows.Add(lines[_read][4..]);
            }

            if (_process.HasExited)
                throw new InvalidOperationException($"The application ended during: {what}\n{_process.Said}");
            await Task.Delay(2);
        }

        throw new TimeoutException($"No answer to: {what}\n{_process.Said}");
    }
}
