using System.Diagnostics;

namespace Litestream.Core.Tests.Replication;

/// <summary>A tenant's program: another process with one connection, told what to do statement by statement.</summary>
internal sealed class Application : IDisposable
{
    private readonly Process _process;

    /// <param name="database">Path; an empty database is created when there is none.</param>
    public Application(string database)
    {
        if (!File.Exists(database))
            File.Create(database).Dispose();
        var writer = Path.Combine(AppContext.BaseDirectory, "Litestream.Writer.dll");
        _process = Process.Start(new ProcessStartInfo("dotnet", [writer, "talk", database])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Answer();
    }

    public int Id => _process.Id;

    /// <summary>Runs one statement and answers its rows, one text each; an SQLite error is an exception.</summary>
    public IReadOnlyList<string> Sql(string statement)
    {
        _process.StandardInput.WriteLine(statement.ReplaceLineEndings(" "));
        _process.StandardInput.Flush();
        return Answer();
    }

    private List<string> Answer()
    {
        var rows = new List<string>();
        while (true)
        {
            var line = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the application died");
            if (line == "ok")
                return rows;
            if (line.StartsWith("error: ", StringComparison.Ordinal))
                throw new InvalidOperationException(line);
            rows.Add(line["row ".Length..]);
        }
    }

    /// <summary>Ends as a program does: closes its connection.</summary>
    public void Close()
    {
        if (_process.HasExited)
            return;
        _process.StandardInput.Close();
        _process.WaitForExit();
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        Close();
        _process.Dispose();
    }
}
