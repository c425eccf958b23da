using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Histories;

/// <summary>The writer program as judge of histories, a process that stays for a chapter.</summary>
internal sealed class JudgeProcess(Sandbox sandbox, string archive) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ChildProcess _process = WriterProgram.Start(sandbox, "judge", archive);
    private readonly SemaphoreSlim _turn = new(1);
    private int _read;

    /// <summary>Fields of the answer: <c>ok …</c>, <c>blank</c>, or <c>wrong</c>, a word, and the details.</summary>
    public async Task<string[]> AskAsync(params string[] question)
    {
        await _turn.WaitAsync();
        try
        {
            await _process.Input.WriteLineAsync(string.Join('\t', question));
            await _process.Input.FlushAsync();
            for (var deadline = DateTime.UtcNow + Patience; DateTime.UtcNow < deadline; await Task.Delay(2))
            {
                if (_process.Count > _read)
                    return _process.Lines[_read++].Split('\t');
                Assert.False(_process.HasExited, $"the judge ended\n{_process.Said}");
            }

            throw new TimeoutException($"the judge does not answer: {string.Join(' ', question)}");
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _process.Dispose();
        _turn.Dispose();
    }
}
